package import Spec

/// What a revision did to one resource.
package struct RevisionChange: Sendable, Equatable {
    package enum Action: String, Sendable {
        case create, update, delete
    }

    package var address: Address
    package var owner: String
    /// The name before a move.
    package var previousName: String?
    package var action: Action
    package var before: RevisionSide?
    package var after: RevisionSide?

    package init(
        address: Address, owner: String, previousName: String?, action: Action, before: RevisionSide?, after: RevisionSide?
    ) {
        self.address = address
        self.owner = owner
        self.previousName = previousName
        self.action = action
        self.before = before
        self.after = after
    }
}
