import Foundation
import HTTPTypes
import Logging
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// Every operation of the server, called by one workspace on what another has whose name only looks the same.
///
/// An operation that no step names fails the test: whoever adds one says here how a stranger would misuse it.
struct TenantWalkTests {
    /// One call of an operation; nil for a principal stands for what an endpoint without one gets.
    struct Step: Sendable {
        var operation: String
        var path: [String: String] = [:]
        var query: [(name: String, value: String)] = []
        var headers: HTTPFields = [:]
        var body: JSON? = nil
        /// Whether a stranger gets an answer of success, about what is theirs or everybody's.
        var isOpen = false
        /// The same call by the owner fails, for want of a provider or of a browser.
        var failsForOwner = false
    }

    private func steps(against tenant: Tenant, by intruder: Tenant) -> [Step] {
        keySteps(tenant, intruder) + webhookSteps(tenant) + eventSteps(tenant, intruder) + integrationSteps(tenant)
            + connectionSteps(tenant) + openSteps + destructiveSteps(tenant)
    }

    private func keySteps(_ tenant: Tenant, _ intruder: Tenant) -> [Step] {
        let id = ["id": tenant.keyID.text]
        return [
            Step(operation: "listAPIKeys", isOpen: true), Step(operation: "getAPIKey", path: id),
            Step(operation: "updateAPIKey", path: id, body: ["name": "taken"]),
            Step(operation: "verifyAPIKey", body: ["key": .string(tenant.key.reveal())], isOpen: true),
            Step(operation: "createAPIKey", body: ["name": "new", "scopes": ["events:write"]], isOpen: true),
            Step(operation: "createAPIKey", body: ["name": "new", "scopes": [.string("posts:\(tenant.mark)")]]),
            Step(operation: "createAPIKey", body: ["name": "new", "policy": .string("policy-\(tenant.mark)")]),
            Step(operation: "checkKey", headers: [.xAPIKey: intruder.key.reveal()], isOpen: true),
            Step(
                operation: "checkKey", query: [("scope", "posts:\(tenant.mark)")], headers: [.xAPIKey: intruder.key.reveal()],
                failsForOwner: true),
            Step(operation: "checkKeyForPath", path: ["rest": "a/b"], headers: [.xAPIKey: intruder.key.reveal()], isOpen: true),
        ]
    }

    private func webhookSteps(_ tenant: Tenant) -> [Step] {
        let id = ["id": tenant.webhook.text]
        let delivery = ["id": tenant.webhook.text, "deliveryId": tenant.delivery.text]
        return [
            Step(operation: "listWebhooks", isOpen: true), Step(operation: "getWebhook", path: id),
            Step(operation: "showWebhookSecret", path: id), Step(operation: "listWebhookLogs", path: id),
            Step(operation: "updateWebhook", path: id, body: ["name": "taken"]),
            Step(operation: "rotateWebhookSecret", path: id, body: ["overlap": "1h"]),
            Step(operation: "testWebhook", path: id),
            Step(
                operation: "createWebhook", body: ["name": "new", "url": "https://example.com", "events": ["POST_PUBLISHED"]], isOpen: true),
            Step(
                operation: "createWebhook", body: ["name": "new", "url": "https://example.com", "events": [.string(tenant.eventType)]]),
            Step(operation: "listDeliveries", path: id), Step(operation: "getDelivery", path: delivery),
            Step(operation: "retryDelivery", path: delivery), Step(operation: "replayDeliveries", path: id),
        ]
    }

    private func eventSteps(_ tenant: Tenant, _ intruder: Tenant) -> [Step] {
        [
            Step(operation: "listEvents", isOpen: true), Step(operation: "getEvent", path: ["id": tenant.event.text]),
            Step(operation: "sendEvent", body: ["event": "POST_PUBLISHED", "data": ["mine": true]], isOpen: true),
            Step(operation: "sendEvent", body: ["event": "POST_PUBLISHED", "data": [:], "id": "shared-key"], isOpen: true),
            Step(operation: "sendEvent", body: ["event": .string(tenant.eventType), "data": [:]]),
        ]
    }

    private func integrationSteps(_ tenant: Tenant) -> [Step] {
        let (id, market) = (["id": tenant.integration.text], ["id": tenant.publicIntegration.text])
        let redirect: JSON = ["redirectUri": "https://app.example/callback"]
        return [
            Step(operation: "listIntegrations", isOpen: true),
            Step(operation: "listIntegrations", query: [("includePublic", "true")], isOpen: true),
            Step(operation: "createIntegration", body: ["name": "Private", "provider": "custom"], isOpen: true),
            Step(operation: "getIntegration", path: id), Step(operation: "getIntegration", path: market, isOpen: true),
            Step(operation: "updateIntegration", path: id, body: ["name": "taken"]),
            Step(operation: "updateIntegration", path: market, body: ["description": "taken"]),
            Step(operation: "listIntegrationLogs", path: id), Step(operation: "listIntegrationLogs", path: market, isOpen: true),
            Step(operation: "initiateOAuth", path: id, body: redirect),
            Step(operation: "initiateOAuth", path: market, body: redirect, isOpen: true),
            Step(
                operation: "initiateOAuth", path: market,
                body: ["redirectUri": "https://app.example/callback", "connectionId": .string(tenant.publicConnection.text)]),
            Step(operation: "refreshIntegration", path: id, failsForOwner: true),
            Step(operation: "refreshIntegration", path: market, failsForOwner: true),
            Step(
                operation: "refreshIntegration", path: market, body: ["connectionId": .string(tenant.publicConnection.text)],
                failsForOwner: true),
        ]
    }

    private func connectionSteps(_ tenant: Tenant) -> [Step] {
        [
            Step(operation: "listConnections", isOpen: true),
            Step(operation: "listConnections", query: [("integrationId", tenant.publicIntegration.text)], isOpen: true),
            Step(operation: "getConnection", path: ["id": tenant.connection.text]),
            Step(operation: "getConnection", path: ["id": tenant.publicConnection.text]),
            Step(operation: "refreshConnection", path: ["id": tenant.publicConnection.text], failsForOwner: true),
        ]
    }

    /// Without a caller: a state is the authority, and nobody has one here.
    private var openSteps: [Step] {
        [
            Step(operation: "openOAuth", query: [("state", "unknown")], failsForOwner: true),
            Step(operation: "receiveOAuthCallback", query: [("state", "unknown"), ("code", "c")], failsForOwner: true),
            Step(operation: "redeemOAuthCallback", body: ["state": "unknown", "code": "c"], failsForOwner: true),
            Step(operation: "health", isOpen: true), Step(operation: "readiness", isOpen: true), Step(operation: "openapi", isOpen: true),
        ]
    }

    private func destructiveSteps(_ tenant: Tenant) -> [Step] {
        [
            Step(operation: "rotateAPIKey", path: ["id": tenant.keyID.text]),
            Step(operation: "revokeAPIKey", path: ["id": tenant.keyID.text]),
            Step(operation: "deleteConnection", path: ["id": tenant.connection.text]),
            Step(operation: "deleteIntegration", path: ["id": tenant.integration.text]),
            Step(operation: "deleteIntegration", path: ["id": tenant.publicIntegration.text]),
            Step(operation: "deleteWebhook", path: ["id": tenant.webhook.text]),
        ]
    }

    @Test(arguments: [
        ("K8s", "\u{212a}8s"), ("\u{212a}8s", "K8s"), ("caf\u{e9}", "cafe\u{301}"), ("a;b", "a\u{37e}b"), ("\u{c5}", "\u{212b}"),
    ])
    func `no operation shows or changes what belongs to a workspace that looks the same`(victim: String, intruder: String) async throws {
        let folder = TemporaryFolder("tenants")
        let store = try Store(state: folder.state.location, keyring: Keyring(current: Secret(String(repeating: "k", count: 32))))
        let (tenant, stranger) = (Tenant(workspace: victim, mark: "ALPHA"), Tenant(workspace: intruder, mark: "OMEGA"))
        try await tenant.settle(in: store)
        try await stranger.settle(in: store)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let components = try await RuntimeComponents(
            store: store, configuration: RuntimeConfiguration(publicURL: "https://framework.example"), clock: { Tenant.now + .seconds(60) },
            logger: logger)
        let system = SystemEndpoints(isReady: { true }, store: store) { OpenAPI.document(of: components.groups, version: "1", server: "/") }
        let endpoints = Dictionary(uniqueKeysWithValues: (components.groups + [system]).flatMap(\.endpoints).map { ($0.name, $0) })
        let steps = steps(against: tenant, by: stranger)
        #expect(Set(endpoints.keys) == Set(steps.map(\.operation)), "an operation without a step, or a step without an operation")

        try await components.withAPI(as: Principal(subject: "unused", workspace: .all, role: .admin)) { _ in
            let before = try await snapshot(of: tenant, store, endpoints)
            for step in steps {
                let reply = try await perform(step, as: stranger, endpoints)
                #expect((reply.status.code < 400) == step.isOpen, "\(step.operation) answered \(reply.status): \(reply.shown)")
                for text in tenant.secretTexts where !step.mentions(text) {
                    #expect(!reply.shown.contains(text), "\(step.operation) shows \(text) of another workspace: \(reply.shown)")
                }
            }
            #expect(try await snapshot(of: tenant, store, endpoints) == before)
            // The steps are calls that do something: the owner succeeds with each.
            for step in self.steps(against: tenant, by: tenant) where !step.failsForOwner {
                let reply = try await perform(step, as: tenant, endpoints)
                #expect(reply.status.code < 400, "\(step.operation) by the owner answered \(reply.status): \(reply.shown)")
            }
        }
    }

    /// All that the tenant's own admin reads, and its secrets.
    private func snapshot(of tenant: Tenant, _ store: Store, _ endpoints: [String: Endpoint]) async throws -> [String] {
        var texts: [String] = []
        for step in steps(against: tenant, by: tenant)
        where endpoints[step.operation]?.method == .get && step.operation != "showWebhookSecret" && !step.failsForOwner
            // What is public of others grows beside it.
            && step.query.isEmpty
        {
            texts.append("\(step.operation) \(try await perform(step, as: tenant, endpoints).shown)")
        }
        let secrets = try await store.read { reading in
            try [tenant.integration.text, tenant.publicIntegration.text, tenant.webhook.text].map { try reading.secrets(of: $0) }
        }
        for fields in secrets { texts += fields.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.reveal())" } }
        for id in [tenant.connection, tenant.publicConnection] {
            texts.append(try await store.read { try $0.connectionTokens(id)?.access.reveal() ?? "" })
        }
        return texts
    }

    private func perform(_ step: Step, as tenant: Tenant, _ endpoints: [String: Endpoint]) async throws -> Reply {
        let endpoint = try #require(endpoints[step.operation])
        let isManaged =
            switch endpoint.access {
            case .management, .managementOrKey: true
            case .anyone, .ownKeyCheck: false
            }
        let call = Call(
            method: endpoint.method ?? .get, path: step.path, query: step.query, headers: step.headers, body: step.body?.utf8 ?? [],
            principal: isManaged ? Principal(subject: "\(tenant.mark)-admin", workspace: .one(tenant.workspace), role: .admin) : nil,
            now: Tenant.now + .seconds(60))
        do { return try await endpoint.handle(call) } catch let error as APIError { return error.reply }
    }
}

extension TenantWalkTests.Step {
    /// Whether the call itself names the text, which an error may repeat.
    func mentions(_ text: String) -> Bool {
        "\(path.values) \(query.map(\.value)) \(body?.text ?? "")".contains(text)
    }
}

extension Reply {
    /// Head and body as text.
    fileprivate var shown: String {
        let fields = headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        switch content {
        case .none: return fields
        case .json(let json): return "\(fields)\n\(json.text)"
        case .html(let text), .text(let text, _): return "\(fields)\n\(text)"
        }
    }
}
