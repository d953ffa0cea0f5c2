import Spec
package import Store
package import Values

extension ConnectionRecord {
    /// - Parameter declaredScopes: what the integration asks for now; the difference is what a person must consent to anew.
    package func json(declaredScopes: [String]) -> JSON {
        var object = JSONObject()
        object["id"] = .string(id.text)
        object["integrationId"] = .string(integrationID.text)
        object["workspaceId"] = .string(workspace)
        object["status"] = .string(status.rawValue)
        object["scopes"] = .strings(scopes)
        object["missingScopes"] = .strings(declaredScopes.filter { !scopes.containsExactly($0) })
        object["refreshable"] = .bool(isRefreshable)
        object["metadata"] = .object(JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        object["expiresAt"] = Self.time(expiresAt)
        object["nextRefreshAt"] = Self.time(dueAt)
        object["refreshedAt"] = Self.time(refreshedAt)
        if let errorCode, let error, let errorAt {
            object["error"] = ["code": .string(errorCode), "message": .string(error), "at": .string(errorAt.description)]
        } else {
            object["error"] = .null
        }
        object["createdBy"] = .string(createdBy)
        object["createdAt"] = .string(createdAt.description)
        object["updatedAt"] = .string(updatedAt.description)
        return .object(object)
    }

    static let schema: JSON = [
        "type": "object",
        "required": ["id", "integrationId", "workspaceId", "status", "scopes", "missingScopes", "refreshable", "createdAt", "updatedAt"],
        "properties": [
            "id": ["type": "string", "pattern": "^conn_"], "integrationId": ["type": "string", "pattern": "^int_"],
            "workspaceId": ["type": "string"], "status": ["type": "string", "enum": .strings(Status.allCases.map(\.rawValue))],
            "scopes": ["type": "array", "items": ["type": "string"]], "missingScopes": ["type": "array", "items": ["type": "string"]],
            "refreshable": ["type": "boolean"], "metadata": ["type": "object", "additionalProperties": ["type": "string"]],
            "expiresAt": ["type": ["string", "null"]], "nextRefreshAt": ["type": ["string", "null"]],
            "refreshedAt": ["type": ["string", "null"]],
            "error": [
                "type": ["object", "null"],
                "properties": ["code": ["type": "string"], "message": ["type": "string"], "at": ["type": "string"]],
            ],
            "createdBy": ["type": "string"], "createdAt": ["type": "string"], "updatedAt": ["type": "string"],
        ],
    ]

    private static func time(_ moment: Timestamp?) -> JSON { moment.map { .string($0.description) } ?? .null }
}
