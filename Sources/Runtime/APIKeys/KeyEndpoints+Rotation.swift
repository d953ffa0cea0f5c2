import HTTPTypes
import Spec
import Store

extension KeyEndpoints {
    /// How long the old key lives on where neither its policy nor the caller says.
    static let defaultOverlap = Duration.seconds(24 * 3600)
    private static let maximumOverlap = Duration.seconds(90 * 24 * 3600)

    /// Issues a successor with the same rights, counted together with the old key, which ends after the overlap.
    var rotate: Endpoint {
        Endpoint(
            .post, Self.path + "/{id}/rotate", name: "rotateAPIKey",
            summary: "Replace an API key; the old one works until the overlap ends", access: .management(.member),
            body: [
                "type": "object", "additionalProperties": false,
                "properties": ["overlap": ["type": "string", "description": "Such as 7d; 0s ends the old key at once"]],
            ],
            isBodyOptional: true,
            answers: [
                .init(.created, "The new key, with `key` in clear this once", schema: .schema("APIKey")),
                .init(.conflict, "The key is not active, or was rotated before", schema: .schema("Error")),
            ]
        ) { call in
            let id = try call.id(as: APIKeyKind.self, orThrow: Self.missing)
            var fields = try Fields(try call.json())
            let given = fields.duration("overlap")
            if let given, given > Self.maximumOverlap { fields.report("overlap", "is longer than 90d") }
            try fields.finish()
            let (workspace, actor, now) = (call.workspaceFilter, call.actor, call.now)
            let (key, old, new, catalogue) = try await store.write { writing in
                guard let old = try writing.apiKey(id, in: workspace) else { throw Self.missing }
                guard old.rotatedTo == nil, KeyView.status(old, at: now) == "ACTIVE" else {
                    throw APIError(
                        .conflict, code: "api_key_not_active", message: "only an active key that was not rotated before can be rotated")
                }
                let catalogue = try writing.keyCatalogue()
                let spec = old.policy.flatMap { catalogue.policies[old.workspace]?[$0] }
                let (key, successor) = Self.successor(of: old, under: spec, by: actor, at: now)
                let new = try writing.insertAPIKey(successor)
                let overlap = given ?? spec?.rotation?.overlap ?? Self.defaultOverlap
                guard let ended = try writing.markAPIKeyRotated(old.id, to: new.id, expiringAt: now + overlap) else {
                    preconditionFailure("an active key could not be marked within its own transaction")
                }
                return (key, ended, new, catalogue)
            }
            try await takeOver([new, old])
            var json = Self.json(new, catalogue, now, key: key).object ?? JSONObject()
            json["previous"] = ["id": .string(old.id.text), "expiresAt": old.expiresAt.map { .string($0.description) } ?? nil]
            return Reply(.created, .object(json), headers: [.location: "\(Self.path)/\(new.id)"])
        }
    }

    /// The same rights under a new key. An expiry that the policy gave starts anew; one that a person gave stays.
    private static func successor(
        of old: APIKeyRecord, under spec: KeyPolicySpec?, by actor: String, at now: Timestamp
    ) -> (key: Secret, record: APIKeyRecord) {
        let isPolicysExpiry = spec?.expiresAfter.map { old.createdAt + $0 } == old.expiresAt
        let issue = KeyIssue(
            name: old.name, policy: old.policy, scopes: old.scopes, limits: old.limits,
            expiresAt: isPolicysExpiry ? nil : old.expiresAt, owner: old.owner, metadata: old.metadata)
        var (key, record) = issue.issue(in: old.workspace, under: spec, by: actor, at: now)
        record.subject = old.subject
        return (key, record)
    }
}
