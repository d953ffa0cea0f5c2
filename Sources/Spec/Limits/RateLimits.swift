package import Values

/// How many calls are admitted in each window; nil counts nothing.
package struct RateLimits: Sendable, Hashable {
    package var perHour: Int?
    package var perDay: Int?

    /// The largest number that a limit may have.
    package static let maximum = 1_000_000_000
    /// What a limit may be.
    package static let range = 1...maximum

    package init(perHour: Int? = nil, perDay: Int? = nil) {
        self.perHour = perHour
        self.perDay = perDay
    }

    package var isUnlimited: Bool { perHour == nil && perDay == nil }

    package subscript(window: LimitWindow) -> Int? {
        switch window {
        case .hour: perHour
        case .day: perDay
        }
    }

    /// Both limits at once: in each window the lower one counts.
    package func narrowed(by other: RateLimits) -> RateLimits {
        func lower(_ a: Int?, _ b: Int?) -> Int? {
            guard let a, let b else { return a ?? b }
            return min(a, b)
        }
        return RateLimits(perHour: lower(perHour, other.perHour), perDay: lower(perDay, other.perDay))
    }

    /// What is wrong with the limit of a day, as the rest of a sentence that begins with its name; nil where nothing is.
    ///
    /// It must not be below that of an hour, which could then never be reached.
    package var problem: String? {
        guard let perHour, let perDay, perDay < perHour else { return nil }
        return "(\(perDay)) is below `rateLimitPerHour` (\(perHour)): raise it, or lower the other"
    }
}
