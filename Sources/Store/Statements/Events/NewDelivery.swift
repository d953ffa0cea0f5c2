package import Values

/// A delivery that a new event starts with.
package struct NewDelivery: Sendable {
    package var id: DeliveryID
    package var webhookID: WebhookID
    package var retries: Int
    package var state: State

    package enum State: Sendable, Equatable {
        /// Held from the start by the worker that stores it.
        case claimed(String)
        case due
        case parked(reason: String)
    }

    package init(id: DeliveryID, webhookID: WebhookID, retries: Int, state: State) {
        self.id = id
        self.webhookID = webhookID
        self.retries = retries
        self.state = state
    }
}
