/// What a plan needs to know of a live key to say what a change does to it.
package struct ActiveKey: Sendable, Equatable {
    /// Nil for a key without a policy.
    package var policy: String?
    /// Nil where the key has all that its policy allows.
    package var scopes: [String]?
    package var rateLimitPerHour: Int?
    package var rateLimitPerDay: Int?
    /// Calls in the running hour and day, with what a runtime holds reserved for the key.
    package var usedThisHour: Int
    package var usedThisDay: Int

    package init(
        policy: String?, scopes: [String]?, rateLimitPerHour: Int?, rateLimitPerDay: Int?, usedThisHour: Int = 0, usedThisDay: Int = 0
    ) {
        self.policy = policy
        self.scopes = scopes
        self.rateLimitPerHour = rateLimitPerHour
        self.rateLimitPerDay = rateLimitPerDay
        self.usedThisHour = usedThisHour
        self.usedThisDay = usedThisDay
    }
}
