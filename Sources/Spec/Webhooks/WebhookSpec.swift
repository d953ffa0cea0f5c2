import Values

/// A receiver of events.
package struct WebhookSpec: Sendable, Equatable {
    /// The display name; the stable one is in the address.
    package var name: String
    package var description: String?
    package var url: String
    /// Event types in the order written, or `["*"]` for all.
    package var events: [String]
    /// Sent with every delivery, in the order written.
    package var headers: [Header]
    package var retryConfig: RetryConfig
    package var status: Status
    /// Nil leaves the signing secret to the state: generated once, at the first apply.
    package var secret: SecretSource?

    package enum Status: String, Sendable, CaseIterable {
        case active = "ACTIVE"
        case paused = "PAUSED"
    }

    package typealias Header = NamedText

    /// The delay before retry n is `initialDelay × backoffMultiplier^(n−1)`, at most `maxDelay`.
    package struct RetryConfig: Sendable, Equatable {
        package var maxRetries: Int
        package var backoffMultiplier: Double
        package var initialDelay: Duration
        package var maxDelay: Duration

        package init(
            maxRetries: Int = 3, backoffMultiplier: Double = 2, initialDelay: Duration = .seconds(5),
            maxDelay: Duration = .seconds(12 * 3600)
        ) {
            self.maxRetries = maxRetries
            self.backoffMultiplier = backoffMultiplier
            self.initialDelay = initialDelay
            self.maxDelay = maxDelay
        }
    }

    package init(
        name: String, description: String? = nil, url: String, events: [String], headers: [Header] = [],
        retryConfig: RetryConfig = RetryConfig(), status: Status = .active, secret: SecretSource? = nil
    ) {
        self.name = name
        self.description = description
        self.url = url
        self.events = events
        self.headers = headers
        self.retryConfig = retryConfig
        self.status = status
        self.secret = secret
    }
}
