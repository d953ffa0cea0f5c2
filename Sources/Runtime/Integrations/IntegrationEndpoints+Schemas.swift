import Spec
package import Values

extension IntegrationEndpoints {
    package var tag: (name: String, summary: String) { ("Integrations", "Third-party services that accounts connect to") }
    package var schemas: [(name: String, schema: JSON)] {
        [("Integration", Self.integration), ("IntegrationInput", Self.input), ("IntegrationLog", Self.log)]
    }

    private static let types: JSON = ["type": "string", "enum": .strings(IntegrationSpec.IntegrationType.allCases.map(\.rawValue))]
    private static let text: JSON = ["type": "string"]
    private static let texts: JSON = ["type": "array", "items": ["type": "string"]]
    private static let optionalText: JSON = ["type": ["string", "null"]]
    private static let optionalLimit: JSON = ["type": ["integer", "null"], "minimum": 1]
    private static let time: JSON = ["type": "string", "format": "date-time"]
    private static let parameters: JSON = ["type": ["object", "null"], "additionalProperties": ["type": "string"]]

    private static var config: JSONObject {
        var config = JSONObject()
        for name in ["authorizationUrl", "tokenUrl", "revocationUrl", "introspectionUrl", "issuer", "clientId"] {
            config[name] = optionalText
        }
        config["pkce"] = ["type": ["boolean", "null"]]
        config["tokenAuthMethod"] = choice(IntegrationSpec.TokenAuthMethod.allCases.map(\.rawValue))
        config["scopeSeparator"] = choice(ScopeSeparator.allCases.map(\.rawValue))
        config["authorizationParams"] = parameters
        config["tokenParams"] = parameters
        return config
    }

    private static func choice(_ names: [String]) -> JSON {
        let values: [JSON] = names.map { JSON.string($0) } + [JSON.null]
        return ["enum": .array(values)]
    }

    private static var integration: JSON {
        [
            "type": "object", "required": ["id", "name", "type", "provider", "description", "scopes", "status"],
            "properties": [
                "id": ["type": "string", "pattern": "^int_"], "slug": text, "workspaceId": text, "name": text, "type": types,
                "provider": text, "description": optionalText, "public": ["type": "boolean"],
                "status": ["type": "string", "enum": ["ACTIVE", "INACTIVE", "ERROR"]], "scopes": texts, "redirectUris": texts,
                "returnUrls": texts, "rateLimitPerHour": optionalLimit, "rateLimitPerDay": optionalLimit,
                "config": ["type": "object", "additionalProperties": false, "properties": .object(config)],
                "hasClientSecret": ["type": "boolean"],
                "managedBy": ["type": ["object", "null"], "properties": ["file": optionalText, "line": ["type": ["integer", "null"]]]],
                "error": ["type": ["object", "null"], "properties": ["message": text, "at": time]],
                "createdAt": time, "updatedAt": time, "updatedBy": text,
            ],
        ]
    }

    private static var input: JSON {
        var config = config
        config["clientSecret"] = ["type": ["string", "null"], "writeOnly": true]
        return [
            "type": "object", "additionalProperties": false,
            "properties": [
                "name": ["type": "string", "minLength": 1, "maxLength": .integer(DisplayText.nameLimit)], "type": types,
                "provider": ["type": "string", "enum": .strings(Provider.all.map(\.name))], "description": optionalText,
                "public": ["type": "boolean"], "status": ["type": "string", "enum": ["ACTIVE", "INACTIVE"]], "scopes": texts,
                "redirectUris": texts, "returnUrls": texts, "rateLimitPerHour": optionalLimit, "rateLimitPerDay": optionalLimit,
                "config": ["type": "object", "additionalProperties": false, "properties": .object(config)],
            ],
        ]
    }

    private static let log: JSON = [
        "type": "object", "required": ["id", "at", "level", "action", "message", "actor", "connectionId"],
        "properties": [
            "id": text, "at": time, "level": ["type": "string", "enum": ["info", "warning", "error"]], "action": text,
            "message": text, "actor": optionalText, "connectionId": optionalText,
        ],
    ]
}
