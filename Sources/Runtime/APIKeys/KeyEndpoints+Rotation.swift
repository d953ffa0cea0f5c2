import HTTPTypes
import Spec
import Store
import Values

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
                .init(.created, "The new key, with `key` in clear this once", schema: .schema("RotatedAPIKey")),
                .init(.conflict, "The key is not active, or was rotated before or just now", schema: .schema("Error")),
            ]
        ) { call in
            let id = try call.id(as: APIKeyKind.self, orThrow: Self.missing)
            var fields = try Fields(try call.json())
            let given = fields.duration("overlap")
            if let given, given > Self.maximumOverlap { fields.report("overlap", "is longer than 90d") }
            try fields.finish()
            let (workspace, actor, now) = (call.workspaceFilter, call.actor, call.now)
            let isAdmin = call.principal?.role == .admin
            let inactive = APIError(
                .conflict, code: "api_key_not_active", message: "only an active key that was not rotated before can be rotated")
            let (key, old, new, catalogue) = try await store.write { writing in
                guard let old = try writing.apiKey(id, in: workspace) else { throw Self.missing }
                guard old.rotatedTo == nil, KeyView.status(old, at: now) == "ACTIVE" else { throw inactive }
                let catalogue = try writing.keyCatalogue()
                // Who rotates a key is shown a key of the same rights, so it takes what creating that one would.
                guard isAdmin || old.policy != nil || !catalogue.declaresPolicies(old.workspace) else {
                    throw APIError(
                        .forbidden, code: "admin_required",
                        message: "this key follows no policy in a workspace that declares some: rotating it takes a token with role admin")
                }
                let spec = catalogue.policy(old.policy, of: old.workspace)
                let (key, successor) = Self.successor(of: old, under: spec, by: actor, at: now)
                let new = try writing.insertAPIKey(successor)
                let overlap = given ?? spec?.rotation?.overlap ?? Self.defaultOverlap
                guard let ended = try writing.markAPIKeyRotated(old.id, to: new.id, expiringAt: now + overlap) else { throw inactive }
                return (key, ended, new, catalogue)
            }
            try await takeOver([new, old])
            var json = Self.json(new, catalogue, now, key: key).object ?? JSONObject()
            json["previous"] = ["id": .string(old.id.text), "expiresAt": old.expiresAt.map { .string($0.description) } ?? nil]
            return Reply(.created, .object(json), headers: [.location: "\(Self.path)/\(new.id)"])
        }
    }

    /// The same rights under a new key. An expiry that the policy gave starts anew; one that a person gave stays, and neither
    /// is later than the policy allows a key that is made now.
    private static func successor(
        of old: APIKeyRecord, under spec: KeyPolicySpec?, by actor: String, at now: Timestamp
    ) -> (key: Secret, record: APIKeyRecord) {
        let isPolicysExpiry = spec?.expiresAfter.map { old.createdAt + $0 } == old.expiresAt
        let issue = KeyIssue(
            name: old.name, policy: old.policy, scopes: old.scopes, limits: old.limits,
            expiresAt: isPolicysExpiry ? nil : earlier(old.expiresAt, spec?.expiresAfter.map { now + $0 }), owner: old.owner,
            metadata: old.metadata)
        var (key, record) = issue.issue(in: old.workspace, under: spec, by: actor, at: now)
        record.subject = old.subject
        return (key, record)
    }

    /// The earlier of two ends, nil being none.
    private static func earlier(_ a: Timestamp?, _ b: Timestamp?) -> Timestamp? {
        guard let a, let b else { return a ?? b }
        return min(a, b)
    }
}
