package import Spec
package import Values

/// A resource as the state has it, whatever its kind: what a plan compares with a declaration.
package struct ResourceRecord: Sendable, Equatable {
    /// Who wrote the resource into the state first, or took it over.
    package enum Origin: String, Sendable {
        case manifest
        case api
    }

    package var address: Address
    /// The row's id; it stays when the resource is renamed, and runtime objects refer to webhooks and integrations by it.
    package var id: String
    /// Empty for resources of manifests without an owner, and for what the API made.
    package var owner: String
    package var origin: Origin
    package var preventDestroy: Bool
    /// Canonical JSON of the spec: equal texts are equal specs.
    package var specText: String
    /// The spec of the last apply, where somebody has changed it over HTTP since; nil otherwise.
    package var appliedText: String?
    /// Where it was declared at the last apply, the column unknown (1); nil for what the API made.
    package var source: SourceLocation?
    /// Who wrote it last, as the revision or the API recorded it.
    package var changedBy: String
    package var changedAt: Timestamp

    package init(
        address: Address, id: String, owner: String, origin: Origin, preventDestroy: Bool, specText: String,
        appliedText: String? = nil, source: SourceLocation?, changedBy: String, changedAt: Timestamp
    ) {
        self.address = address
        self.id = id
        self.owner = owner
        self.origin = origin
        self.preventDestroy = preventDestroy
        self.specText = specText
        self.appliedText = appliedText
        self.source = source
        self.changedBy = changedBy
        self.changedAt = changedAt
    }
}
