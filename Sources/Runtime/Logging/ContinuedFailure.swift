/// A failure that goes on while something is tried again and again: worth a line in the log when it begins, and one a minute.
struct ContinuedFailure {
    private(set) var count = 0
    private var said: ContinuousClock.Instant?

    /// Between two lines about the same failure.
    static let pause: Duration = .seconds(60)

    /// Counts a failure; true where the log has not had one for a while.
    mutating func isToBeSaid(at now: ContinuousClock.Instant) -> Bool {
        count += 1
        if let said, now - said < Self.pause { return false }
        said = now
        return true
    }

    /// It succeeded; how often it had failed, nil where it had not.
    mutating func end() -> Int? {
        guard count > 0 else { return nil }
        defer { self = ContinuedFailure() }
        return count
    }
}
