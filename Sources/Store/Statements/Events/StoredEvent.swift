package import Values

/// What the state has after an event was handed in.
package struct StoredEvent: Sendable, Equatable {
    package var id: EventID
    package var deliveries: [Delivery]
    /// Whether the event was there before; nothing was written then.
    package var isDuplicate: Bool

    package struct Delivery: Sendable, Equatable {
        package var id: DeliveryID
        package var webhookID: WebhookID
    }

    /// The deliveries as a column keeps them: a JSON list of pairs.
    static func text(of deliveries: [Delivery]) -> String {
        JSON.array(deliveries.map { .array([.string($0.id.text), .string($0.webhookID.text)]) }).text
    }

    /// Nil for a text that `text(of:)` does not write.
    static func deliveries(inText text: String) -> [Delivery]? {
        guard let pairs = (try? JSON(parsing: text))?.array else { return nil }
        let found = pairs.compactMap { pair -> Delivery? in
            guard let texts = pair.strings, texts.count == 2, let id = DeliveryID(texts[0]), let webhook = WebhookID(texts[1]) else {
                return nil
            }
            return Delivery(id: id, webhookID: webhook)
        }
        return found.count == pairs.count ? found : nil
    }
}
