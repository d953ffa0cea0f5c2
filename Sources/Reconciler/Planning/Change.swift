package import Spec
package import Store
package import Values

/// What a plan does to one resource, and everything a reader needs to judge it.
package struct Change: Sendable {
    package enum Action: String, Sendable, Hashable {
        case noOp = "no-op"
        case create
        case update
        case delete
    }

    /// Why the action is what it is, where the action alone does not say; Terraform's names where it has one.
    package enum Reason: String, Sendable, Hashable {
        /// No manifest of the resource's workspace and owner declares it any more.
        case noLongerDeclared = "delete_because_no_resource_config"
        /// Made through the API before; the manifest now governs it.
        case adopted = "adopted"
        /// The run was told to take it from another owner.
        case ownershipTaken = "ownership_taken"
        /// Somebody changed it in the state since the last apply.
        case drifted = "drifted"
        case moved = "moved"
    }

    package var address: Address
    /// Set for a move: the address that the state still has.
    package var previousAddress: Address?
    package var action: Action
    package var reason: Reason?
    /// Fields, lifecycle and (in a takeover) owner as the state has them; nil for a creation.
    package var before: JSON?
    /// The same as the manifest wants them; nil for a deletion.
    package var after: JSON?
    /// Field paths whose secret value differs, such as `config.clientSecret`; the values are nowhere in the plan.
    package var changedSecrets: [String]
    /// Paths in `before` and `after` that refer to secrets.
    package var secretFields: [String]
    /// The declaration; nil for a deletion.
    package var desired: Resource?
    /// The row that the plan read; nil for a creation.
    package var observed: ResourceRecord?
    /// Whether apply also refreshes what a plan does not show: the place in the manifest, the origin, a secret's source.
    package var refreshesRecord: Bool
    package var impact: [ImpactNote] = []
    /// For a deletion out of a saved plan, which has no record: where it was declared.
    var deletedSource: SourceLocation? = nil

    /// Where the resource stands in a manifest: the declaration, or for a deletion the one that was applied last.
    package var source: SourceLocation? { desired?.source ?? observed?.source ?? deletedSource }

    /// Whether a reader has something to see: an action or a move.
    package var isVisible: Bool { action != .noOp || previousAddress != nil }

    /// The differing fields, in the order in which the resource lists them.
    package var fields: [FieldChange] {
        FieldChange.between(before ?? [:], after ?? [:], secretFields: Set(secretFields), changedSecrets: Set(changedSecrets))
    }
}
