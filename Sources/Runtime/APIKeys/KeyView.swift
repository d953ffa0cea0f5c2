import Spec
package import Store
package import Values

/// A key as its managers see it; the key itself is in none.
package enum KeyView {
    package static func json(_ record: APIKeyRecord, in catalogue: KeyCatalogue, at now: Timestamp) -> JSON {
        let policy = catalogue.policy(record.policy, of: record.workspace)
        let limits = record.limits.narrowed(by: RateLimits(perHour: policy?.rateLimitPerHour, perDay: policy?.rateLimitPerDay))
        var object = JSONObject([
            ("id", .string(record.id.text)), ("name", .string(record.name)), ("keyHint", .string(record.hint)),
            ("workspaceId", .string(record.workspace)), ("policy", optional(record.policy)),
            ("scopes", .strings(record.scopes ?? policy?.scopes ?? [])),
            ("rateLimitPerHour", limits.perHour.map { .integer($0) } ?? nil),
            ("rateLimitPerDay", limits.perDay.map { .integer($0) } ?? nil),
            ("status", .string(status(record, at: now))), ("owner", optional(record.owner)),
            ("metadata", record.metadata ?? [:]),
            ("createdAt", .string(record.createdAt.description)), ("createdBy", .string(record.createdBy)),
            ("expiresAt", optional(record.expiresAt?.description)), ("lastUsedAt", optional(record.lastUsedAt?.description)),
            ("revokedAt", optional(record.revokedAt?.description)), ("rotatedTo", optional(record.rotatedTo?.text)),
        ])
        if record.status == .active, record.rotatedTo == nil, let every = policy?.rotation?.every {
            object["rotationDueAt"] = .string((record.createdAt + every).description)
        }
        return .object(object)
    }

    /// The stored status, or EXPIRED where the time of an active key is over.
    package static func status(_ record: APIKeyRecord, at now: Timestamp) -> String {
        if record.status == .active, let end = record.expiresAt, now >= end { return "EXPIRED" }
        return record.status.rawValue
    }

    private static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

    static let schema: JSON = [
        "type": "object",
        "required": ["id", "name", "keyHint", "workspaceId", "scopes", "status", "createdAt"],
        "properties": [
            "id": ["type": "string"], "name": ["type": "string"],
            "keyHint": ["type": "string", "description": "The prefix and the first characters of the key"],
            "workspaceId": ["type": "string"], "policy": ["type": ["string", "null"]],
            "scopes": ["type": "array", "items": ["type": "string"]],
            "rateLimitPerHour": ["type": ["integer", "null"]], "rateLimitPerDay": ["type": ["integer", "null"]],
            "status": ["type": "string", "enum": ["ACTIVE", "DISABLED", "REVOKED", "EXPIRED"]],
            "owner": ["type": ["string", "null"]], "metadata": ["type": "object"],
            "createdAt": ["type": "string", "format": "date-time"], "createdBy": ["type": "string"],
            "expiresAt": ["type": ["string", "null"], "format": "date-time"],
            "lastUsedAt": ["type": ["string", "null"], "format": "date-time"],
            "revokedAt": ["type": ["string", "null"], "format": "date-time"],
            "rotatedTo": ["type": ["string", "null"]],
            "rotationDueAt": ["type": "string", "format": "date-time"],
            "key": ["type": "string", "description": "The key itself, shown only in the answer that made it"],
        ],
    ]

    /// A key as a rotation answers it, with the one that it replaces.
    static let rotatedSchema: JSON = {
        guard var schema = schema.object, var properties = schema["properties"]?.object else { return schema }
        properties["previous"] = [
            "type": "object", "required": ["id", "expiresAt"],
            "properties": ["id": ["type": "string"], "expiresAt": ["type": ["string", "null"], "format": "date-time"]],
        ]
        schema["properties"] = .object(properties)
        return .object(schema)
    }()
}
