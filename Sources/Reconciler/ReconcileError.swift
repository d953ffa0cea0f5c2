import Spec

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

    static func stale(moved: [Address]) -> ReconcileError {
        let names = moved.prefix(10).map(\.qualified).joined(separator: ", ") + (moved.count > 10 ? " and \(moved.count - 10) more" : "")
        return ReconcileError(
            code: .stale, message: "the plan is stale, nothing was applied: since it was made, this has moved: \(names); plan again")
    }
}
