package import Values

/// Who is asking, and on whose workspace.
package struct Principal: Sendable, Hashable {
    /// The `sub` of the token, or the id of the API key; what records call the actor.
    package var subject: String
    package var workspace: Reach
    package var role: Role

    package enum Role: String, Sendable, Hashable, Comparable {
        case member
        case admin

        package static func < (a: Role, b: Role) -> Bool { a == .member && b == .admin }
    }

    package enum Reach: Sendable, Hashable {
        case one(ExactText)
        /// `workspaceId: "*"` of an admin.
        case all

        package static func one(_ workspace: String) -> Reach { .one(ExactText(workspace)) }
    }

    package init(subject: String, workspace: Reach, role: Role) {
        self.subject = subject
        self.workspace = workspace
        self.role = role
    }

    /// Whose share of a common bound a call counts towards: its workspace's, `*` for tokens for all of them, and one of its own for
    /// whoever brings no token, who so takes nothing from those who do.
    static func share(of principal: Principal?) -> ExactText {
        switch principal?.workspace {
        case .one(let workspace): workspace
        case .all: "*"
        case nil: ""
        }
    }

    /// Whether an object of that workspace exists for this principal.
    package func reaches(_ workspace: String) -> Bool {
        switch self.workspace {
        case .one(let own): own == ExactText(workspace)
        case .all: true
        }
    }
}
