import HTTPTypes
import Reconciler
import Spec
import Store
import Values

/// Creations, updates, rotations and deletions: each reads, judges and writes in one transaction.
extension WebhookEndpoints {
    func create(_ call: Call) async throws -> Reply {
        let workspace = try call.workspace()
        let json = try call.json()
        let id = WebhookID(at: call.now)
        let (record, secret) = try await store.write { [policy] writing -> (WebhookRecord, Secret) in
            try call.admitObject(in: workspace, writing)
            let change = try WebhookChange(json, current: nil, policy: policy) {
                try writing.problem(ofEvent: $0, workspace: workspace, suggests: $1)
            }
            let secret = change.secrets["secret"] ?? SigningSecret.generate()
            let record = WebhookRecord(
                id: id, workspace: workspace, name: id.text.replacing("_", with: "-"), spec: change.spec, createdAt: call.now,
                updatedAt: call.now, updatedBy: call.actor)
            try writing.insertWebhook(record)
            try writing.setSecrets(change.secrets(of: id, signing: secret), at: call.now)
            return (record, secret)
        }
        try await changed()
        return Reply(
            .created, WebhookView.json(record).with("secret", .string(secret.reveal())),
            headers: [.location: "/api/integrations/webhooks/\(id)"])
    }

    func update(_ call: Call) async throws -> Reply {
        let overrides = try call.overrides()
        let json = try call.json()
        try await store.write { [policy] writing in
            let record = try writing.ownWebhook(call)
            let change = try WebhookChange(json, current: record.spec, policy: policy) {
                try writing.problem(ofEvent: $0, workspace: record.workspace, suggests: $1)
            }
            if record.isDeclared, change.onlyActivates, record.spec.status == .active {
                return try writing.enableWebhook(record.id)
            }
            let isOverride = try record.admitChange(overriding: overrides)
            let spec = change.spec
            let clears = change.activates || !spec.url.isExactly(record.spec.url)
            let dropped = Set(record.spec.secrets.map(\.field)).subtracting(spec.secrets.map(\.field)).subtracting(["secret"])
            try writing.updateWebhook(record.id, spec: spec, clearsDisabled: clears, at: call.now, by: call.actor)
            try writing.deleteSecrets(dropped.map { (resourceID: record.id.text, field: $0) })
            try writing.setSecrets(change.secrets(of: record.id), at: call.now)
            if isOverride { try writing.log("webhook.overridden", "the webhook was changed against its manifest", of: record, by: call) }
        }
        try await changed()
        return Reply(.ok, WebhookView.json(try await find(call)))
    }

    func delete(_ call: Call) async throws -> Reply {
        let overrides = try call.overrides()
        try await store.write { writing in
            let record = try writing.ownWebhook(call)
            let isOverride = try record.admitDeletion(overriding: overrides)
            try writing.deleteWebhook(record.id)
            if isOverride {
                try writing.log("webhook.overridden", "the webhook \(record.name) was removed against its manifest", of: record, by: call)
            }
        }
        try await changed()
        return Reply(.noContent)
    }

    func rotate(_ call: Call) async throws -> Reply {
        let overrides = try call.overrides()
        var fields = try Fields(try call.json())
        let given = fields.string("secret") { SigningSecret.problem(Secret($0)) }
        let overlap = fields.duration("overlap") ?? .seconds(86_400)
        if overlap > PreviousSecret.longestOverlap { fields.report("overlap", "must be at most 30d") }
        try fields.finish()
        let secret = given.map { Secret($0) } ?? SigningSecret.generate()
        let now = call.now
        let record = try await store.write { writing in
            var record = try writing.ownWebhook(call)
            // A secret that a manifest refers to is changed where the reference leads; one that was generated belongs to the runtime.
            if let source = record.spec.secret, source != .stored, try record.admitChange(overriding: overrides) {
                // What stands there now is no longer what the reference leads to, which is drift.
                record.spec.secret = .stored
                try writing.updateWebhook(record.id, spec: record.spec, clearsDisabled: false, at: now, by: call.actor)
            }
            try writing.replaceSigningSecret(of: record.id.text, by: secret, overlap: overlap, at: now)
            try writing.log("webhook.secret_rotated", "the signing secret was replaced", of: record, by: call)
            return record
        }
        try await changed()
        return Reply(.ok, WebhookView.json(record).with("secret", .string(secret.reveal())))
    }
}

extension WebhookChange {
    /// What it sets of a webhook's secrets.
    fileprivate func secrets(of id: WebhookID, signing secret: Secret? = nil) -> [ResourceSecret] {
        var secrets = secrets
        if let secret { secrets["secret"] = secret }
        return secrets.map { ResourceSecret(resourceID: id.text, field: $0.key, value: $0.value) }
    }
}

extension Statements {
    /// What to say of an event type that the workspace has neither built in nor declared; nil for one that it has.
    fileprivate func problem(ofEvent type: String, workspace: String, suggests: Bool) throws -> String? {
        if try BuiltInEvent(rawValue: type) != nil || declaresEventType(type, workspace: workspace) { return nil }
        guard suggests else { return "\(quoted(type)) is no event type of this workspace" }
        return RoutingTable.problem(ofUnknown: type, among: try declaredEventTypes(workspace: workspace))
    }
}

extension Writing {
    /// Records what somebody did to a webhook.
    func log(_ action: String, _ message: String, of record: WebhookRecord, by call: Call) throws {
        try insertLog(
            ActivityLog(
                workspace: record.workspace, integrationID: nil, webhookID: record.id.text, level: .warning, action: action,
                message: message, actor: call.actor, at: call.now))
    }
}
