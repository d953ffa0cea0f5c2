import Values

/// Takes back what clean stops leave unused, so that nothing is lost; what is more than was given away is refused.
///
/// An input is all that one caller returns.
enum ReturnLimits: BatchOperation {
    static var order: BatchOrder { .limits }

    static func run(_ inputs: [[LimitReturn]], in writing: Writing) throws -> [Void] {
        let returns = inputs.flatMap { $0 }.sorted(by: isBefore)
        try writing.db.queue(
            "UPDATE limit_windows SET granted = granted - ? WHERE subject = ? AND span = ? AND start = ? AND granted >= ?",
            each: returns.map { one in
                SQLArguments([
                    .int(Int64(one.unused)), .text(one.subject), .text(one.window.rawValue), .int(one.start.milliseconds),
                    .int(Int64(one.unused)),
                ])
            })
        return inputs.map { _ in () }
    }

    private static func isBefore(_ left: LimitReturn, _ right: LimitReturn) -> Bool {
        (ExactText(left.subject), left.window.rawValue, left.start) < (ExactText(right.subject), right.window.rawValue, right.start)
    }
}

extension Store {
    /// Gives back what a clean stop leaves unused, in a transaction shared with whoever asks at the same time; returns after the commit.
    package func returnLimits(_ returns: [LimitReturn]) async throws {
        try await submit(returns, to: ReturnLimits.self)
    }
}
