import Spec
package import Store
package import Values

extension IntegrationRecord {
    /// What the own workspace sees; no secret, not even where one comes from.
    package var json: JSON {
        var object = JSONObject()
        object["id"] = .string(id.text)
        object["slug"] = .string(name)
        object["workspaceId"] = .string(workspace)
        object["name"] = .string(spec.name)
        object["type"] = .string(spec.type.rawValue)
        object["provider"] = .string(spec.provider)
        object["description"] = spec.description.map(JSON.string) ?? .null
        object["public"] = .bool(spec.isPublic)
        object["status"] = .string(statusText)
        object["scopes"] = .strings(spec.scopes)
        object["redirectUris"] = .strings(spec.redirectUris)
        object["returnUrls"] = .strings(spec.returnUrls)
        object["rateLimitPerHour"] = spec.rateLimitPerHour.map { .integer($0) } ?? .null
        object["rateLimitPerDay"] = spec.rateLimitPerDay.map { .integer($0) } ?? .null
        var config = spec.config.json.object ?? JSONObject()
        config["clientSecret"] = nil
        if case .secret? = spec.config.clientId { config["clientId"] = nil }
        object["config"] = .object(config)
        object["hasClientSecret"] = .bool(spec.config.clientSecret != nil)
        if let declaration {
            object["managedBy"] = [
                "file": declaration.file.map(JSON.string) ?? .null, "line": declaration.line.map { .integer($0) } ?? .null,
            ]
        } else {
            object["managedBy"] = .null
        }
        if let error, let errorAt {
            object["error"] = ["message": .string(error), "at": .string(errorAt.description)]
        } else {
            object["error"] = .null
        }
        object["createdAt"] = .string(createdAt.description)
        object["updatedAt"] = .string(updatedAt.description)
        object["updatedBy"] = .string(updatedBy)
        return .object(object)
    }

    /// What the marketplace shows to other workspaces, and nothing more.
    package var publicJSON: JSON {
        [
            "id": .string(id.text), "name": .string(spec.name), "type": .string(spec.type.rawValue), "provider": .string(spec.provider),
            "description": spec.description.map(JSON.string) ?? .null, "scopes": .strings(spec.scopes), "status": .string(statusText),
        ]
    }

    /// ACTIVE or INACTIVE as declared; ERROR while the provider refuses an active one.
    package var statusText: String {
        spec.status == .active && errorAt != nil ? "ERROR" : spec.status.rawValue
    }
}
