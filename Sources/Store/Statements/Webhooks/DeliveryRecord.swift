import Spec
package import Values

/// One event on its way to one webhook.
package struct DeliveryRecord: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable {
        case pending = "PENDING"
        case delivered = "DELIVERED"
        case exhausted = "EXHAUSTED"
    }

    package var id: DeliveryID
    package var eventID: EventID
    package var eventType: String
    package var webhookID: WebhookID
    package var workspace: String
    package var status: Status
    /// Attempts that have ended.
    package var attempts: Int
    package var retriesLeft: Int
    /// When the next attempt is due; nil while the webhook is paused or disabled, and at the end.
    package var dueAt: Timestamp?
    /// Whether an attempt is under way.
    package var isUnderWay: Bool
    /// Why it waits or ended.
    package var reason: String?
    package var createdAt: Timestamp
    package var finishedAt: Timestamp?
}

/// One request that was made for a delivery, and what came of it.
package struct DeliveryAttempt: Sendable, Equatable {
    /// Counts from 1.
    package var number: Int
    package var at: Timestamp
    package var duration: Duration
    /// Nil where no answer came.
    package var statusCode: Int?
    /// The kind and text of the failure.
    package var error: String?
    /// The first bytes of the answer's body, made harmless to show.
    package var response: String?

    package init(number: Int, at: Timestamp, duration: Duration, statusCode: Int?, error: String?, response: String?) {
        self.number = number
        self.at = at
        self.duration = duration
        self.statusCode = statusCode
        self.error = error
        self.response = response
    }
}
