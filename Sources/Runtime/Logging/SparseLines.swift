/// Lets one line of a kind through in a span of time, and counts the others.
struct SparseLines {
    let pause: Duration
    private var last: ContinuousClock.Instant?
    private var unsaid = 0

    init(pause: Duration) { self.pause = pause }

    /// How many lines were kept back since the last one; nil where this one is kept back too.
    mutating func next(at now: ContinuousClock.Instant) -> Int? {
        if let last, now - last < pause {
            unsaid += 1
            return nil
        }
        last = now
        defer { unsaid = 0 }
        return unsaid
    }
}
