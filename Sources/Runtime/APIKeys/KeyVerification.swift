import Store
import Values

/// A verdict as `verify` answers it.
enum KeyVerification {
    static func json(_ verdict: KeyVerdict) -> JSON {
        var object = JSONObject([("valid", .bool(verdict.code == .valid)), ("code", .string(verdict.code.rawValue))])
        guard let grant = verdict.key?.grant else { return .object(object) }
        let record = grant.record
        object["keyId"] = .string(record.id.text)
        object["name"] = .string(record.name)
        object["workspaceId"] = .string(record.workspace)
        object["policy"] = record.policy.map(JSON.string) ?? .null
        object["owner"] = record.owner.map(JSON.string) ?? .null
        object["scopes"] = .strings(grant.scopes)
        object["metadata"] = record.metadata ?? [:]
        object["expiresAt"] = record.expiresAt.map { .string($0.description) } ?? .null
        object["rotatedTo"] = record.rotatedTo.map { .string($0.text) } ?? .null
        if let report = verdict.limits {
            object["rateLimits"] = .array(
                report.windows.map { use in
                    [
                        "name": .string(use.window.name), "limit": .integer(use.limit), "remaining": .integer(use.remaining),
                        "resetsAt": .string(use.resetsAt.description), "exceeded": .bool(use.isDenying),
                    ]
                })
            if let seconds = report.retryAfterSeconds { object["retryAfterSeconds"] = .integer(seconds) }
        }
        return .object(object)
    }

    static let schema: JSON = [
        "type": "object", "required": ["valid", "code"],
        "properties": [
            "valid": ["type": "boolean"],
            "code": ["type": "string", "enum": .strings(KeyCode.allCases.map(\.rawValue))],
            "keyId": ["type": "string"], "name": ["type": "string"], "workspaceId": ["type": "string"],
            "policy": ["type": ["string", "null"]], "owner": ["type": ["string", "null"]],
            "scopes": ["type": "array", "items": ["type": "string"]], "metadata": ["type": "object"],
            "expiresAt": ["type": ["string", "null"], "format": "date-time"], "rotatedTo": ["type": ["string", "null"]],
            "rateLimits": [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": [
                        "name": ["type": "string", "enum": ["hourly", "daily"]], "limit": ["type": "integer"],
                        "remaining": ["type": "integer"], "resetsAt": ["type": "string", "format": "date-time"],
                        "exceeded": ["type": "boolean"],
                    ],
                ],
            ],
            "retryAfterSeconds": ["type": "integer"],
        ],
    ]
}
