package import Spec

/// Why a plan was not made or not applied, where the manifests are right and the state is readable.
package struct ReconcileError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// Something that the plan read has moved since, or it is not the plan that was reviewed (exit 4).
        case stale
        /// A guard forbids it (exit 6).
        case refused
        /// It belongs to another owner (exit 7).
        case ownedByAnother
        /// The file is no plan of this program, or was altered (exit 1).
        case unreadablePlan
        /// A target names nothing (exit 1).
        case unknownTarget
        /// The state holds a spec that this program cannot read (exit 1).
        case unreadableState
        /// A secret is needed that neither a manifest refers to nor the state has (exit 1).
        case missingSecret
    }

    package let code: Code
    /// What happened and what to do.
    package let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

extension ReconcileError {
    /// The refusals of a plan as one error; ownership weighs more than a guard.
    package init?(refusals: [Refusal]) {
        guard !refusals.isEmpty else { return nil }
        let ownership = refusals.filter(\.isOwnership)
        self.init(
            code: ownership.isEmpty ? .refused : .ownedByAnother,
            message: (ownership.isEmpty ? refusals : ownership).map(\.message).joined(separator: "\n"))
    }

    package static func missingSecrets(_ fields: [(address: Address, field: String)]) -> ReconcileError {
        let names = fields.map { "\($0.address.qualified) \($0.field)" }.sorted().joined(separator: ", ")
        return ReconcileError(
            code: .missingSecret,
            message: """
                nothing was applied: these secrets were given over HTTP, and the state no longer has them: \(names); declare the resource \
                in a manifest with a reference to the secret, { env: NAME } or { file: PATH }, and apply that
                """)
    }

    static func stale(moved: [Address]) -> ReconcileError {
        let names = moved.prefix(10).map(\.qualified).joined(separator: ", ") + (moved.count > 10 ? " and \(moved.count - 10) more" : "")
        return ReconcileError(
            code: .stale, message: "the plan is stale, nothing was applied: since it was made, this has moved: \(names); plan again")
    }
}
