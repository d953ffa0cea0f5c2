/// Decides what a writer or a reader does when a run of its transaction has failed.
///
/// While the outcome of a COMMIT is unknown, it goes on until it is known or `longestResolution` is over, whatever else fails
/// meanwhile: an answer other than "committed" or "undone" would be a guess. Otherwise nothing was done, and it goes on only where
/// another run may succeed.
struct TransactionAttempts {
    enum Step: Hashable {
        /// Run it again, after a pause.
        case again
        /// Run it again with statements prepared anew.
        case prepareAnew
        /// The writer's row refused it: ask the row why.
        case ask
        /// Nothing of it was done.
        case fail
        /// Whether it was committed cannot be learned in time.
        case unknown
    }

    /// For how long the outcome of a COMMIT is sought, and a transaction repeated whose connections break.
    static let longestResolution: Duration = .seconds(10)
    /// Runs of a transaction that others' transactions or breaking connections undo.
    static let maximum = 6
    /// Runs of a transaction whose statements must be prepared anew.
    private static let maximumPreparations = 3

    /// The runs that have failed.
    private(set) var failed = 0
    private var firstFailure: ContinuousClock.Instant?
    private var unansweredSince: ContinuousClock.Instant?

    /// When the outcome is given up; nil while every COMMIT was answered.
    var end: ContinuousClock.Instant? { unansweredSince.map { $0 + Self.longestResolution } }

    /// - Parameters:
    ///   - isRefused: whether the writer's row refused the transaction.
    ///   - isUnanswered: whether a COMMIT of this or an earlier run may have been done.
    mutating func next(
        after failure: LinkFailure, isRefused: Bool, isUnanswered: Bool, at now: ContinuousClock.Instant
    ) -> Step {
        failed += 1
        let first = firstFailure ?? now
        firstFailure = first
        if isUnanswered {
            let since = unansweredSince ?? now
            unansweredSince = since
            guard now - since < Self.longestResolution else { return .unknown }
            if isRefused { return .ask }
            return failure.kind == .stalePlan ? .prepareAnew : .again
        }
        guard failed < Self.maximum, now - first < Self.longestResolution else { return .fail }
        if isRefused { return .ask }
        switch failure.kind {
        case .lost: return failure.isUnconnected ? .fail : .again
        case .repeatable: return .again
        case .stalePlan: return failed < Self.maximumPreparations ? .prepareAnew : .fail
        case .final: return .fail
        }
    }
}
