package import Values

/// A delivery that a worker holds: nobody else touches its row while the claim stands.
package struct ClaimedDelivery: Sendable {
    package var id: DeliveryID
    package var eventID: EventID
    package var webhookID: WebhookID
    /// Fences every write of the holder.
    package var claim: String
    /// Attempts that have ended.
    package var attempts: Int
    /// Those of them that an earlier run of retries made, before somebody asked for the delivery again.
    package var attemptsBefore: Int
    package var retriesLeft: Int
    /// The payload, byte for byte what is sent and signed.
    package var body: [UInt8]

    /// Counts from 1: which retry follows if the next attempt fails.
    package var nextRetry: Int { attempts - attemptsBefore + 1 }

    package init(
        id: DeliveryID, eventID: EventID, webhookID: WebhookID, claim: String, attempts: Int, attemptsBefore: Int = 0, retriesLeft: Int,
        body: [UInt8]
    ) {
        self.id = id
        self.eventID = eventID
        self.webhookID = webhookID
        self.claim = claim
        self.attempts = attempts
        self.attemptsBefore = attemptsBefore
        self.retriesLeft = retriesLeft
        self.body = body
    }
}
