package import Values

/// How many of a webhook's due deliveries a worker takes at most.
package struct DueDeliveries: Sendable {
    package var webhook: WebhookID
    package var limit: Int

    package init(webhook: WebhookID, limit: Int) {
        self.webhook = webhook
        self.limit = limit
    }
}
