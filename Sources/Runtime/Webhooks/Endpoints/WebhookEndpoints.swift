package import Curl
import HTTPTypes
import Spec
package import Store
package import Values

/// Webhooks over HTTP: made, read, changed, deleted, enabled, and their secrets rotated.
package struct WebhookEndpoints: EndpointGroup {
    let store: Store
    let engine: DeliveryEngine
    let policy: AddressPolicy
    /// Brings all copies of the state in memory up to date before an answer.
    let changed: @Sendable () async throws -> Void

    package init(store: Store, engine: DeliveryEngine, policy: AddressPolicy, changed: @escaping @Sendable () async throws -> Void) {
        self.store = store
        self.engine = engine
        self.policy = policy
        self.changed = changed
    }

    package var tag: (name: String, summary: String) { ("Webhooks", "Where events are sent") }
    package var schemas: [(name: String, schema: JSON)] { WebhookView.schemas }

    static let override = Endpoint.Parameter(
        "override", "Change what a manifest declares; takes role admin, is recorded, and is drift until the next apply",
        schema: ["type": "boolean"])
    static let workspace = Endpoint.Parameter("workspaceId", "Which workspace, for a token that spans all")

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                .post, "/api/integrations/webhooks", name: "createWebhook", summary: "Make a webhook; its secret is shown this once",
                access: .management(.member), parameters: [Self.workspace], body: .schema("WebhookCreation"),
                answers: [.init(.created, "The webhook with its secret", schema: .schema("WebhookWithSecret"))], handle: create),
            Endpoint(
                .get, "/api/integrations/webhooks", name: "listWebhooks", summary: "The webhooks of the workspace, newest first",
                access: .management(.member), parameters: [Self.workspace] + Page.parameters,
                answers: [.init(.ok, "A page of webhooks", schema: .page(of: "Webhook"))], handle: list),
            Endpoint(
                .get, "/api/integrations/webhooks/{id}", name: "getWebhook", summary: "One webhook", access: .management(.member),
                answers: [.init(.ok, "The webhook", schema: .schema("Webhook")), Self.missing],
                handle: { call in Reply(.ok, WebhookView.json(try await find(call))) }),
            Endpoint(
                .put, "/api/integrations/webhooks/{id}", name: "updateWebhook",
                summary: "Change the fields that are given; status ACTIVE also enables a disabled webhook", access: .management(.member),
                parameters: [Self.override], body: .schema("WebhookChange"),
                answers: [.init(.ok, "The webhook", schema: .schema("Webhook")), Self.missing, Self.managed], handle: update),
            Endpoint(
                .delete, "/api/integrations/webhooks/{id}", name: "deleteWebhook",
                summary: "Delete a webhook with its deliveries, pending ones too", access: .management(.member),
                parameters: [Self.override],
                answers: [.init(.noContent, "It is gone"), Self.missing, Self.managed], handle: delete),
            Endpoint(
                .post, "/api/integrations/webhooks/{id}/rotate-secret", name: "rotateWebhookSecret",
                summary: "Replace the signing secret; the old one goes on signing until the overlap ends", access: .management(.member),
                parameters: [Self.override],
                body: [
                    "type": "object", "additionalProperties": false,
                    "properties": ["secret": ["type": "string"], "overlap": ["type": "string", "default": "24h"]],
                ], isBodyOptional: true,
                answers: [.init(.ok, "The new secret", schema: .schema("WebhookWithSecret")), Self.missing, Self.managed], handle: rotate),
            Endpoint(
                .post, "/api/integrations/webhooks/{id}/test", name: "testWebhook",
                summary: "Send one event to this webhook alone", access: .management(.member),
                body: [
                    "type": "object", "additionalProperties": false,
                    "properties": ["event": ["type": "string"], "data": ["type": "object"]],
                ], isBodyOptional: true,
                answers: [.init(.accepted, "The event and its delivery", schema: .schema("AcceptedEvent")), Self.missing], handle: test),
            Endpoint(
                .get, "/api/integrations/webhooks/{id}/secret", name: "showWebhookSecret",
                summary: "The secret that signs the webhook's deliveries; who asks is recorded", access: .management(.admin),
                answers: [
                    .init(
                        .ok, "The secret", schema: ["type": "object", "required": ["secret"], "properties": ["secret": ["type": "string"]]]),
                    Self.missing,
                ], handle: showSecret),
            Endpoint(
                .get, "/api/integrations/webhooks/{id}/logs", name: "listWebhookLogs",
                summary: "Who saw or replaced a webhook's secret, and who changed it against its manifest; newest first",
                access: .management(.member), parameters: Page.parameters,
                answers: [.init(.ok, "A page of entries", schema: .page(of: "IntegrationLog")), Self.missing], handle: logs),
        ]
    }

    static let missing = Endpoint.Answer(.notFound, "No such webhook in the workspace", schema: .schema("Error"))
    static let managed = Endpoint.Answer(.conflict, "A manifest declares it, or protects it", schema: .schema("Error"))
    static let notFound = APIError.notFound("webhook_not_found", "there is no such webhook in this workspace")

    /// The webhook of the path, if the caller's workspace has it.
    func find(_ call: Call) async throws -> WebhookRecord {
        try await store.read { try $0.ownWebhook(call) }
    }

    private func list(_ call: Call) async throws -> Reply {
        let page = try Page(call, of: WebhookKind.self)
        let workspace = call.workspaceFilter
        let records = try await store.read { try $0.webhooks(workspace: workspace, after: page.after, limit: page.storeLimit) }
        return page.reply(records, id: \.id.text, json: { WebhookView.json($0) })
    }

    private func showSecret(_ call: Call) async throws -> Reply {
        let secret = try await store.write { writing in
            let record = try writing.ownWebhook(call)
            guard let secret = try writing.secrets(of: record.id.text)["secret"] else {
                throw APIError.notFound("secret_not_found", "this webhook has no secret; apply its manifest again to make one")
            }
            try writing.log("webhook.secret_shown", "the signing secret was shown", of: record, by: call)
            return secret
        }
        return Reply(.ok, ["secret": .string(secret.reveal())])
    }

    private func logs(_ call: Call) async throws -> Reply {
        let page = try Page(call)
        let before = page.after.flatMap { Int($0) }
        let id = try call.id(as: WebhookKind.self, orThrow: Self.notFound)
        let workspace = call.workspaceFilter
        // What was written of a webhook that is gone tells who removed it.
        let logs = try await store.read { reading in
            let record = try reading.webhook(id)
            if let record, !call.reaches(record.workspace) { throw Self.notFound }
            let logs = try reading.logs(ofWebhook: id, workspace: workspace, before: before, limit: page.storeLimit)
            guard record != nil || !logs.isEmpty else { throw Self.notFound }
            return logs
        }
        return page.reply(logs, id: { "\($0.id)" }, json: \.json)
    }

    private func test(_ call: Call) async throws -> Reply {
        let record = try await find(call)
        var fields = try Fields(try call.json(refusesUnsafeIntegers: true))
        let event = fields.string("event") ?? record.spec.events.first { $0 != "*" } ?? BuiltInEvent.postPublished.rawValue
        let given = fields.value("data")
        if let given, given.object == nil { fields.report("data", "must be an object") }
        try fields.finish()
        let data: JSON
        if let given { data = given } else { data = try await trialData(event, record.workspace) }
        let accepted = try await EventIntake(engine: engine).accept(
            workspace: record.workspace, type: event, data: data, idempotencyKey: nil, only: record.id, at: call.now)
        return Reply(.accepted, EventIntake.json(accepted))
    }

    /// Data of a trial event, which says `test: true` where the schema of the type lets it.
    private func trialData(_ event: String, _ workspace: String) async throws -> JSON {
        guard let schema = try await engine.loadedRoutes().schema(ofType: event, workspace: workspace) else { return ["test": true] }
        guard let sample = EventSchema.sample(of: schema) else {
            throw APIError.invalid("data", "is required: no sample was found that the schema of \(quoted(event)) takes")
        }
        let marked = sample.with("test", true)
        return EventSchema.violations(of: marked, by: schema).isEmpty ? marked : sample
    }
}

extension Statements {
    /// The webhook of the path, if the caller's workspace has it.
    func ownWebhook(_ call: Call) throws -> WebhookRecord {
        let id = try call.id(as: WebhookKind.self, orThrow: WebhookEndpoints.notFound)
        guard let record = try webhook(id), call.reaches(record.workspace) else { throw WebhookEndpoints.notFound }
        return record
    }
}

extension JSON {
    /// The object with one more member.
    func with(_ key: String, _ value: JSON) -> JSON {
        guard var object else { return self }
        object[key] = value
        return .object(object)
    }
}
