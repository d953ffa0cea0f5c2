import Spec
import Values

@testable import Store

/// What the pairs get into each other's way about.
extension Interleaving {
    func webhooks(_ count: Int = 1) async throws -> [WebhookID] {
        let records = (0..<count).map { _ in
            let id = WebhookID(at: Self.moment)
            return WebhookRecord(
                id: id, workspace: "acme", name: id.text, spec: WebhookSpec(name: "Hook", url: "https://example.com", events: ["*"]),
                createdAt: Self.moment, updatedAt: Self.moment, updatedBy: "test")
        }
        try await store.write { writing in for record in records { try writing.insertWebhook(record) } }
        return records.map(\.id).sorted()
    }

    static func event(key: String? = nil) -> NewEvent {
        NewEvent(id: EventID(at: moment), workspace: "acme", type: "POST_PUBLISHED", idempotencyKey: key, body: "{}", createdAt: moment)
    }

    static func delivery(to webhook: WebhookID, _ state: NewDelivery.State = .due) -> NewDelivery {
        NewDelivery(id: DeliveryID(at: moment), webhookID: webhook, retries: 3, state: state)
    }

    /// Events with a delivery each, stored in the order of their ids.
    func deliveries(_ count: Int, to webhook: WebhookID, _ state: NewDelivery.State = .due) async throws -> [ClaimedDelivery] {
        let pairs = (0..<count).map { number in
            let id = DeliveryID(at: Self.moment + .milliseconds(Int64(number)))
            return (Self.event(), NewDelivery(id: id, webhookID: webhook, retries: 3, state: state))
        }
        try await store.write { writing in for (event, delivery) in pairs { _ = try writing.storeEvent(event, deliveries: [delivery]) } }
        return pairs.map { event, delivery in
            var claim = ""
            if case .claimed(let name) = state { claim = name }
            return ClaimedDelivery(
                id: delivery.id, eventID: event.id, webhookID: webhook, claim: claim, attempts: 0, retriesLeft: 3, body: [])
        }
    }

    static func attempted(_ delivery: ClaimedDelivery, then step: DeliveryStep = .delivered) -> DeliverySettlement {
        .attempted(
            delivery, DeliveryAttempt(number: 1, at: moment, duration: .zero, statusCode: 200, error: nil, response: nil), then: step)
    }

    func integration() async throws -> IntegrationID {
        let id = IntegrationID(at: Self.moment)
        let spec = IntegrationSpec(
            name: "Example", type: .custom, provider: "custom", scopes: ["read"],
            config: .init(
                tokenUrl: "https://as.example/token", revocationUrl: "https://as.example/revoke", clientId: .text("client"),
                clientSecret: .stored))
        _ = try await store.write { writing in
            try writing.setSecret(Secret("client-secret"), of: id.text, field: "config.clientSecret", at: Self.moment)
            return try writing.insertIntegration(id: id, workspace: "acme", name: id.text, spec: spec, by: "test", at: Self.moment)
        }
        return id
    }

    static func grant(_ name: String, dueAt: Timestamp? = nil) -> Grant {
        Grant(
            tokens: ConnectionTokens(access: Secret("access-\(name)"), refresh: Secret("refresh-\(name)")), tokenType: "Bearer",
            scopes: ["read"], metadata: [:], expiresAt: nil, dueAt: dueAt)
    }

    func connection(of integration: IntegrationID, dueAt: Timestamp? = nil) async throws -> ConnectionRecord {
        try await store.write { writing in
            try writing.insertConnection(
                id: ConnectionID(at: Self.moment), workspace: "acme", integration: integration, grant: Self.grant("old", dueAt: dueAt),
                region: nil, by: "test", at: Self.moment)
        }
    }

    /// A connection that somebody is refreshing under the lease `lease`.
    func leased(of integration: IntegrationID) async throws -> ConnectionRecord {
        let connection = try await connection(of: integration)
        _ = try await store.sharedWrite { writing in
            try writing.claimRefresh(of: connection, lease: "lease", until: Self.moment + .seconds(60), at: Self.moment)
        }
        return connection
    }

    /// What is queued to be told to providers of one connection: its access tokens.
    func revokedTokens(of id: ConnectionID) async throws -> [String] {
        try await store.read { try $0.revocations(of: id).map { $0.tokens.access.reveal() } }
    }
}

extension Writing {
    /// What a refresh brought.
    func finish(_ connection: ConnectionRecord, _ name: String) throws -> ConnectionRecord? {
        try finishRefresh(
            of: connection.id, lease: "lease", generation: connection.generation, grant: Interleaving.grant(name), at: Interleaving.moment)
    }
}
