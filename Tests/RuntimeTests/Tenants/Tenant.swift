import Foundation
import OpenSSL
import Spec
import Store
import Values

@testable import IntegrationRuntime

/// A workspace with one of everything, put into the state directly: its name need not be one that could be made today.
///
/// All its texts that others must not see hold `mark`.
struct Tenant: Sendable {
    let workspace: String
    let mark: String
    let key = KeyFormat.generate(prefix: "sk_test")
    let keyID = APIKeyID(at: Tenant.now)
    let integration = IntegrationID(at: Tenant.now)
    /// Listed in the marketplace; its short form alone is for everybody.
    let publicIntegration = IntegrationID(at: Tenant.now)
    let connection = ConnectionID(at: Tenant.now)
    let publicConnection = ConnectionID(at: Tenant.now)
    let webhook = WebhookID(at: Tenant.now)
    let event = EventID(at: Tenant.now)
    let delivery = DeliveryID(at: Tenant.now)

    static let now = Timestamp(seconds: 1_800_000_000)

    init(workspace: String, mark: String) {
        self.workspace = workspace
        self.mark = mark
    }

    /// Ids and texts of which none may stand in an answer to somebody else.
    var secretTexts: [String] {
        [
            mark, keyID.text, integration.text, connection.text, publicConnection.text, webhook.text, event.text, delivery.text,
            key.reveal(),
        ]
    }

    /// The event type that this workspace alone has.
    var eventType: String { "\(mark)_PAID" }

    func settle(in store: Store) async throws {
        try await store.write { writing in
            try declare(writing)
            try integrate(writing)
            try receive(writing)
            _ = try writing.insertAPIKey(
                APIKeyRecord(
                    id: keyID, workspace: workspace, name: "\(mark) key", hash: SHA256.hash(Array(key.reveal().utf8)),
                    hint: "\(mark)…", scopes: ["posts:\(mark)", "events:write"], owner: "\(mark)-owner", createdAt: Self.now,
                    createdBy: "\(mark)@host"))
            try writing.advanceSerial()
        }
    }

    private func declare(_ writing: Writing) throws {
        let rows: [(ResourceKind, String, JSON)] = [
            (.scope, "posts:\(mark)", ["description": "x"]), (.scope, "events:write", ["description": "x"]),
            (.event, eventType, EventTypeSpec(description: "Paid", schema: nil).json),
            (.keyPolicy, "policy-\(mark)", KeyPolicySpec(scopes: ["posts:\(mark)"]).json),
        ]
        for (kind, name, spec) in rows {
            try writing.insertResources([
                ResourceRecord(
                    address: Address(workspace: workspace, kind: kind, name: name), id: "\(kind.rawValue)-\(mark)-\(name)", owner: "",
                    origin: .manifest, preventDestroy: false, specText: spec.canonicalText,
                    source: SourceLocation(file: "\(mark).yaml", line: 1, column: 1), changedBy: "test", changedAt: Self.now)
            ])
        }
    }

    private func integrate(_ writing: Writing) throws {
        for (id, isPublic, connection) in [(integration, false, connection), (publicIntegration, true, publicConnection)] {
            // The guard refuses loopback at once, so nothing leaves the test.
            var spec = OAuthWorld.spec(tokenUrl: "https://127.0.0.1:9/token", revocationUrl: "https://127.0.0.1:9/revoke")
            spec.name = isPublic ? "Public" : "\(mark) private"
            spec.isPublic = isPublic
            spec.redirectUris = ["https://app.example/callback"]
            _ = try writing.insertIntegration(
                id: id, workspace: workspace, name: isPublic ? "public" : "private", spec: spec, by: "\(mark)@host", at: Self.now)
            try writing.setSecret(Secret("\(mark)-client-secret"), of: id.text, field: "config.clientSecret", at: Self.now)
            _ = try writing.insertConnection(
                id: connection, workspace: workspace, integration: id,
                grant: Grant(
                    tokens: ConnectionTokens(access: Secret("\(mark)-access"), refresh: Secret("\(mark)-refresh")), tokenType: "Bearer",
                    scopes: ["read"], metadata: ["instance": "\(mark)"], expiresAt: nil, dueAt: nil), region: nil, by: "\(mark)@host",
                at: Self.now)
            try writing.insertLog(
                ActivityLog(
                    workspace: workspace, integrationID: id.text, connectionID: connection.text, action: "oauth.connected",
                    message: "\(mark) connected", actor: "\(mark)@host", at: Self.now))
        }
    }

    private func receive(_ writing: Writing) throws {
        try writing.insertWebhook(
            WebhookRecord(
                id: webhook, workspace: workspace, name: "hook-\(mark)",
                spec: WebhookSpec(
                    name: "\(mark) hook", url: "https://\(mark).example/hook", events: ["*"],
                    headers: [WebhookSpec.Header(name: "Authorization", value: .secret(.stored))]),
                createdAt: Self.now, updatedAt: Self.now, updatedBy: "\(mark)@host"))
        try writing.setSecret(Secret("\(mark)-signing-secret-16"), of: webhook.text, field: "secret", at: Self.now)
        try writing.setSecret(Secret("\(mark)-header"), of: webhook.text, field: "headers.Authorization", at: Self.now)
        try writing.insertLog(
            ActivityLog(
                workspace: workspace, integrationID: nil, webhookID: webhook.text, action: "webhook.secret_shown", message: mark,
                actor: "\(mark)@host", at: Self.now))
        _ = try writing.storeEvent(
            NewEvent(
                id: event, workspace: workspace, type: "POST_PUBLISHED", idempotencyKey: "shared-key",
                body: EventPayload.text(type: "POST_PUBLISHED", workspace: workspace, data: ["x": .string(mark)], at: Self.now),
                createdAt: Self.now),
            deliveries: [NewDelivery(id: delivery, webhookID: webhook, retries: 3, state: .parked(reason: mark))])
    }
}
