package import Curl
import HTTPTypes
package import Spec
package import Store

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

    package var schemas: [(name: String, schema: JSON)] { WebhookView.schemas }

    static let override = Endpoint.Parameter(
        "override", "Change what a manifest declares; takes role admin, is recorded, and is drift until the next apply",
        schema: ["type": "boolean"])
    static let workspace = Endpoint.Parameter("workspaceId", "Which workspace, for a token that spans all")

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                .post, "/api/integrations/webhooks", name: "createWebhook", summary: "Make a webhook; its secret is shown this once",
                access: .management(.member), parameters: [Self.workspace], body: .schema("WebhookChange"),
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
        ]
    }

    static let missing = Endpoint.Answer(.notFound, "No such webhook in the workspace", schema: .schema("Error"))
    static let managed = Endpoint.Answer(.conflict, "A manifest declares it", schema: .schema("Error"))
    static let notFound = APIError.notFound("webhook_not_found", "there is no such webhook in this workspace")

    /// The webhook of the path, if the caller's workspace has it.
    func find(_ call: Call) async throws -> WebhookRecord {
        let id = try call.id(as: WebhookKind.self, orThrow: Self.notFound)
        guard let record = try await store.read({ try $0.webhook(id) }), call.principal?.reaches(record.workspace) == true else {
            throw Self.notFound
        }
        return record
    }

    private func showSecret(_ call: Call) async throws -> Reply {
        let record = try await find(call)
        let (actor, now) = (call.actor, call.now)
        let secret = try await store.write { tx in
            try tx.insertLog(
                ActivityLog(
                    workspace: record.workspace, integrationID: nil, level: .warning, action: "webhook.secret_shown",
                    message: "the secret of the webhook \(record.id) was shown", actor: actor, at: now))
            return try tx.secrets(of: record.id.text)["secret"]
        }
        guard let secret else {
            throw APIError.notFound("secret_not_found", "this webhook has no secret; apply its manifest again to make one")
        }
        return Reply(.ok, ["secret": .string(secret.reveal())])
    }

    private func list(_ call: Call) async throws -> Reply {
        let page = try Page(call)
        let workspace = call.workspaceFilter
        let records = try await store.read { try $0.webhooks(workspace: workspace, after: page.after, limit: page.storeLimit) }
        return page.reply(records, id: \.id.text, json: { WebhookView.json($0) })
    }

    private func create(_ call: Call) async throws -> Reply {
        let workspace = try call.workspace()
        let routes = try await engine.loadedRoutes()
        let change = try WebhookChange(try call.json(), current: nil, policy: policy) { routes.knows(type: $0, workspace: workspace) }
        let secret = change.secret ?? WebhookSecret.generate()
        let id = WebhookID(at: call.now)
        let record = WebhookRecord(
            id: id, workspace: workspace, name: id.text.replacing("_", with: "-"), spec: change.applied(to: nil), createdAt: call.now,
            updatedAt: call.now, updatedBy: call.actor)
        let headerSecrets = change.headerSecrets
        try await store.write { tx in
            try tx.insertWebhook(record)
            try tx.setSecret(secret, of: id.text, field: "secret", at: record.createdAt)
            for (field, value) in headerSecrets { try tx.setSecret(value, of: id.text, field: field, at: record.createdAt) }
        }
        try await changed()
        return Reply(
            .created, WebhookView.json(record).with("secret", .string(secret.reveal())), headers: [.location: "\(call.basePath)/\(id)"])
    }

    private func update(_ call: Call) async throws -> Reply {
        let record = try await find(call)
        let routes = try await engine.loadedRoutes()
        let change = try WebhookChange(try call.json(), current: record.spec, policy: policy) {
            routes.knows(type: $0, workspace: record.workspace)
        }
        if record.isDeclared, change.onlyActivates, record.spec.status == .active {
            try await store.write { try $0.enableWebhook(record.id) }
        } else {
            try refuseDeclared(record, call)
            let spec = change.applied(to: record.spec)
            let clears = change.status == .active || spec.url != record.spec.url
            let dropped = Set(record.spec.secrets.map(\.field)).subtracting(spec.secrets.map(\.field)).subtracting(["secret"])
            let (secret, headerSecrets, now, actor) = (change.secret, change.headerSecrets, call.now, call.actor)
            try await store.write { tx in
                try tx.updateWebhook(record.id, spec: spec, clearsDisabled: clears, at: now, by: actor)
                for field in dropped { try tx.deleteSecret(of: record.id.text, field: field) }
                for (field, value) in headerSecrets { try tx.setSecret(value, of: record.id.text, field: field, at: now) }
                if let secret { try tx.setSecret(secret, of: record.id.text, field: "secret", at: now) }
            }
        }
        try await changed()
        return Reply(.ok, WebhookView.json(try await find(call)))
    }

    private func delete(_ call: Call) async throws -> Reply {
        let record = try await find(call)
        try refuseDeclared(record, call)
        try await store.write { try $0.deleteWebhook(record.id) }
        try await changed()
        return Reply(.noContent)
    }

    private func rotate(_ call: Call) async throws -> Reply {
        let record = try await find(call)
        // A secret that a manifest refers to is changed where the reference leads; one that was generated belongs to the runtime.
        if record.spec.secret.map({ $0 != .stored }) == true { try refuseDeclared(record, call) }
        var fields = try Fields(try call.json())
        let given = fields.string("secret") { WebhookSecret.problem(Secret($0)) }
        let overlap = fields.duration("overlap") ?? .seconds(86_400)
        if overlap > .seconds(30 * 86_400) { fields.report("overlap", "must be at most 30d") }
        try fields.finish()
        let secret = given.map { Secret($0) } ?? WebhookSecret.generate()
        let now = call.now
        try await store.write { tx in
            if let old = try tx.secrets(of: record.id.text)["secret"], overlap > .zero {
                try tx.setSecret(PreviousSecret.write(old, until: now + overlap), of: record.id.text, field: "secret.previous", at: now)
            } else {
                try tx.deleteSecret(of: record.id.text, field: "secret.previous")
            }
            try tx.setSecret(secret, of: record.id.text, field: "secret", at: now)
        }
        try await changed()
        return Reply(.ok, WebhookView.json(record).with("secret", .string(secret.reveal())))
    }

    private func test(_ call: Call) async throws -> Reply {
        let record = try await find(call)
        var fields = try Fields(try call.json(refusesUnsafeIntegers: true))
        let event = fields.string("event") ?? record.spec.events.first { $0 != "*" } ?? BuiltInEvent.postPublished.rawValue
        let data = fields.value("data") ?? ["test": true]
        if data.object == nil { fields.report("data", "must be an object") }
        try fields.finish()
        let accepted = try await EventIntake(engine: engine).accept(
            workspace: record.workspace, type: event, data: data, idempotencyKey: nil, only: record.id, checksSchema: false, at: call.now)
        return Reply(.accepted, EventIntake.json(accepted))
    }

    private func refuseDeclared(_ record: WebhookRecord, _ call: Call) throws(APIError) {
        guard record.isDeclared, !(try call.overrides()) else { return }
        throw .managedByManifest("the webhook `\(record.name)`", file: record.file, line: record.line)
    }
}

extension Call {
    fileprivate var basePath: String { "/api/integrations/webhooks" }
}

extension JSON {
    /// The object with one more member.
    func with(_ key: String, _ value: JSON) -> JSON {
        guard var object else { return self }
        object[key] = value
        return .object(object)
    }
}
