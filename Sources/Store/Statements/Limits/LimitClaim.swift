package import Values

/// A wish for more of a window's allowance.
package struct LimitClaim: Sendable, Hashable {
    /// Whose calls are counted: the first key of a line of rotations, or an integration.
    package var subject: String
    package var window: LimitWindow
    package var start: Timestamp
    /// The limit as it is now; the store keeps none.
    package var limit: Int
    /// What is needed at once by callers who wait.
    package var demand: Int
    /// Whether more than the demand may be taken, to be counted in memory; not by a process that is about to end.
    package var takesSpare: Bool

    package init(
        subject: String, window: LimitWindow, start: Timestamp, limit: Int, demand: Int, takesSpare: Bool = true
    ) {
        self.takesSpare = takesSpare
        self.subject = subject
        self.window = window
        self.start = start
        self.limit = limit
        self.demand = demand
    }

    /// How much to reserve where `granted` is given away already: what callers wait for, at the least a quarter of what
    /// is left, which is all that a crash can lose, from 1 to 100; and never beyond the limit.
    ///
    ///     block = min(limit − granted, max(demand, clamp((limit − granted) / 4, 1, 100)))
    ///
    /// The first block of a window is this; later ones are decided by the statement of `ReserveLimits`, which says the same.
    package func block(granted: Int) -> Int {
        let left = granted < 0 ? limit : max(0, limit - granted)
        guard takesSpare else { return min(left, demand) }
        return min(left, max(demand, min(max(left / 4, 1), 100)))
    }
}
