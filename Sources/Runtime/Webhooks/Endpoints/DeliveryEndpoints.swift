import HTTPTypes
import Spec
import Store
package import Values

/// Deliveries over HTTP: what became of them, and another try.
package struct DeliveryEndpoints: EndpointGroup {
    private let store: Store
    private let engine: DeliveryEngine
    private let webhooks: WebhookEndpoints

    package init(webhooks: WebhookEndpoints) {
        self.webhooks = webhooks
        store = webhooks.store
        engine = webhooks.engine
    }

    package var tag: (name: String, summary: String) { ("Deliveries", "Events on their way to a webhook, with every attempt") }
    package var schemas: [(name: String, schema: JSON)] { [] }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                .get, "/api/integrations/webhooks/{id}/deliveries", name: "listDeliveries",
                summary:
                    "The deliveries of a webhook, newest first, with their newest attempts; without what receivers answered, unless asked for",
                access: .management(.member),
                parameters: [.init("status", "Only these", schema: ["enum": ["PENDING", "DELIVERED", "EXHAUSTED"]]), Page.include]
                    + Page.parameters,
                answers: [.init(.ok, "A page of deliveries", schema: .page(of: "Delivery")), WebhookEndpoints.missing], handle: list),
            Endpoint(
                .get, "/api/integrations/webhooks/{id}/deliveries/{deliveryId}", name: "getDelivery",
                summary: "One delivery with its newest attempts",
                access: .management(.member),
                answers: [.init(.ok, "The delivery", schema: .schema("Delivery")), Self.missing], handle: get),
            Endpoint(
                .post, "/api/integrations/webhooks/{id}/deliveries/{deliveryId}/retry", name: "retryDelivery",
                summary: "Attempt a delivery now; one that has ended gets all its retries again", access: .management(.member),
                answers: [.init(.accepted, "The delivery, due", schema: .schema("Delivery")), Self.missing], handle: retry),
            Endpoint(
                .post, "/api/integrations/webhooks/{id}/replay", name: "replayDeliveries",
                summary: "Attempt all deliveries of a webhook again that ended in a time span", access: .management(.member),
                body: [
                    "type": "object", "additionalProperties": false,
                    "properties": [
                        "status": ["enum": ["DELIVERED", "EXHAUSTED"], "default": "EXHAUSTED"],
                        "since": ["type": "string", "description": "Of deliveries made then or later"],
                        "until": ["type": "string", "description": "And before"],
                    ],
                ], isBodyOptional: true,
                answers: [
                    .init(
                        .accepted, "How many are due again",
                        schema: ["type": "object", "required": ["count"], "properties": ["count": ["type": "integer"]]]),
                    WebhookEndpoints.missing,
                ], handle: replay),
        ]
    }

    private static let missing = Endpoint.Answer(.notFound, "No such delivery of the webhook", schema: .schema("Error"))
    private static let notFound = APIError.notFound("delivery_not_found", "the webhook has no such delivery")

    private func list(_ call: Call) async throws -> Reply {
        let webhook = try await webhooks.find(call)
        let page = try Page(call, of: DeliveryKind.self)
        var status: DeliveryRecord.Status?
        if let text = call.query("status") {
            guard let known = DeliveryRecord.Status(rawValue: text) else {
                throw APIError.invalid("status", "must be one of PENDING, DELIVERED, EXHAUSTED")
            }
            status = known
        }
        let wanted = status
        let records = try await store.read { tx in
            try tx.attemptedDeliveries(
                of: webhook.id, status: wanted, after: page.after, limit: page.storeLimit, includesResponses: page.includesBody)
        }
        return page.reply(records, id: \.record.id.text) {
            WebhookView.json($0.record, attempts: $0.attempts, showsResponses: page.includesBody)
        }
    }

    private func find(_ call: Call) async throws -> (WebhookRecord, DeliveryRecord) {
        let webhook = try await webhooks.find(call)
        let id = try call.id("deliveryId", as: DeliveryKind.self, orThrow: Self.notFound)
        guard let record = try await store.read({ try $0.delivery(id) }), record.webhookID == webhook.id else { throw Self.notFound }
        return (webhook, record)
    }

    private func get(_ call: Call) async throws -> Reply {
        let (_, record) = try await find(call)
        let attempts = try await store.read {
            try $0.attempts(of: record.id, limit: PageLimit(items: DeliveryAttempt.shown, bytes: Page.maximumBytes))
        }
        return Reply(.ok, WebhookView.json(record, attempts: attempts))
    }

    private func retry(_ call: Call) async throws -> Reply {
        let (webhook, record) = try await find(call)
        let parked = try await engine.loadedRoutes().routes[webhook.id]?.parkedReason
        let (retries, now) = (webhook.spec.retryConfig.maxRetries, call.now)
        try await store.sharedWrite { try $0.retryDelivery(record.id, retries: retries, parkedReason: parked, at: now) }
        if parked == nil { engine.noteDue(webhook.id, at: now) } else { await engine.resumeParked(among: [webhook.id]) }
        let (_, fresh) = try await find(call)
        return Reply(.accepted, WebhookView.json(fresh))
    }

    private func replay(_ call: Call) async throws -> Reply {
        let webhook = try await webhooks.find(call)
        var fields = try Fields(try call.json())
        let status = fields.choice("status", of: DeliveryRecord.Status.self) ?? .exhausted
        if status == .pending { fields.report("status", "must be EXHAUSTED or DELIVERED: pending deliveries are attempted anyway") }
        let since = fields.timestamp("since") ?? Timestamp(milliseconds: 0)
        let until = fields.timestamp("until") ?? Timestamp(milliseconds: .max)
        try fields.finish()
        let parked = try await engine.loadedRoutes().routes[webhook.id]?.parkedReason
        let (retries, now) = (webhook.spec.retryConfig.maxRetries, call.now)
        let count = try await store.sharedWrite { tx in
            try tx.replayDeliveries(
                of: webhook.id, status: status, since: since, until: until, retries: retries, parkedReason: parked, at: now)
        }
        if count > 0 {
            if parked == nil { engine.noteDue(webhook.id, at: now) } else { await engine.resumeParked(among: [webhook.id]) }
        }
        return Reply(.accepted, ["count": .integer(count)])
    }
}
