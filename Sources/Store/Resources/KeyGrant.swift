/// What a plan needs to know of a live key to say what a change does to it.
package struct KeyGrant: Sendable, Equatable {
    /// Nil for a key without a policy.
    package var policy: String?
    /// Nil where the key has all that its policy allows.
    package var scopes: [String]?
    package var rateLimitPerHour: Int?
    package var rateLimitPerDay: Int?

    package init(policy: String?, scopes: [String]?, rateLimitPerHour: Int?, rateLimitPerDay: Int?) {
        self.policy = policy
        self.scopes = scopes
        self.rateLimitPerHour = rateLimitPerHour
        self.rateLimitPerDay = rateLimitPerDay
    }
}
