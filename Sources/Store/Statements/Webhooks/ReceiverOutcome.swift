package import Values

/// What a batch of attempts says about the receiver of one webhook.
package struct ReceiverOutcome: Sendable, Equatable {
    package var webhook: WebhookID
    /// Where the attempts went: they say nothing about any later address.
    package var url: String
    /// Whether a delivery was taken, so that a run of failures before it is over.
    package var isWell: Bool
    /// Failures since the last success, and the first of them.
    package var failures: Int
    package var failingSince: Timestamp?
    /// Why the receiver is to be served no more whatever its record is; what users read.
    package var refusal: String?

    package init(
        webhook: WebhookID, url: String, isWell: Bool = false, failures: Int = 0, failingSince: Timestamp? = nil, refusal: String? = nil
    ) {
        self.webhook = webhook
        self.url = url
        self.isWell = isWell
        self.failures = failures
        self.failingSince = failingSince
        self.refusal = refusal
    }
}
