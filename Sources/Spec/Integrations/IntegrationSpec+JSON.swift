package import Values

extension IntegrationSpec {
    package var json: JSON {
        var object = JSONObject()
        object["name"] = .string(name)
        object["type"] = .string(type.rawValue)
        object["provider"] = .string(provider)
        object["description"] = description.map(JSON.string)
        object["public"] = .bool(isPublic)
        object["status"] = .string(status.rawValue)
        object["scopes"] = .strings(scopes)
        object["redirectUris"] = .strings(redirectUris)
        if !returnUrls.isEmpty { object["returnUrls"] = .strings(returnUrls) }
        object["rateLimitPerHour"] = rateLimitPerHour.map { .integer($0) }
        object["rateLimitPerDay"] = rateLimitPerDay.map { .integer($0) }
        object["config"] = config.json
        return .object(object)
    }

    package init?(json: JSON) {
        guard let name = json["name"]?.string, let type = json["type"]?.string.flatMap({ IntegrationType(rawValue: $0) }),
            let provider = json["provider"]?.string,
            let status = json["status"]?.string.flatMap({ Status(rawValue: $0) }),
            let config = Config(json: json["config"] ?? [:])
        else { return nil }
        self.init(
            name: name, type: type, provider: provider, description: json["description"]?.string,
            isPublic: json["public"]?.bool ?? false, status: status, scopes: json["scopes"]?.strings ?? [],
            redirectUris: json["redirectUris"]?.strings ?? [], returnUrls: json["returnUrls"]?.strings ?? [],
            rateLimitPerHour: json["rateLimitPerHour"]?.integer, rateLimitPerDay: json["rateLimitPerDay"]?.integer,
            config: config)
    }
}

extension IntegrationSpec.Config {
    package var json: JSON {
        var object = JSONObject()
        object["authorizationUrl"] = authorizationUrl.map(JSON.string)
        object["tokenUrl"] = tokenUrl.map(JSON.string)
        object["revocationUrl"] = revocationUrl.map(JSON.string)
        object["introspectionUrl"] = introspectionUrl.map(JSON.string)
        object["issuer"] = issuer.map(JSON.string)
        object["pkce"] = pkce.map(JSON.bool)
        object["tokenAuthMethod"] = tokenAuthMethod.map { .string($0.rawValue) }
        object["scopeSeparator"] = scopeSeparator.map(JSON.string)
        if !authorizationParams.isEmpty { object["authorizationParams"] = Self.json(authorizationParams) }
        if !tokenParams.isEmpty { object["tokenParams"] = Self.json(tokenParams) }
        object["clientId"] = clientId?.json
        object["clientSecret"] = clientSecret?.json
        return .object(object)
    }

    package init?(json: JSON) {
        guard let authorizationParams = Self.parameters(json["authorizationParams"]),
            let tokenParams = Self.parameters(json["tokenParams"])
        else { return nil }
        self.init(
            authorizationUrl: json["authorizationUrl"]?.string, tokenUrl: json["tokenUrl"]?.string,
            revocationUrl: json["revocationUrl"]?.string, introspectionUrl: json["introspectionUrl"]?.string,
            issuer: json["issuer"]?.string, pkce: json["pkce"]?.bool,
            tokenAuthMethod: json["tokenAuthMethod"]?.string.flatMap { IntegrationSpec.TokenAuthMethod(rawValue: $0) },
            scopeSeparator: json["scopeSeparator"]?.string,
            authorizationParams: authorizationParams, tokenParams: tokenParams,
            clientId: json["clientId"].flatMap { TextOrSecret(json: $0) },
            clientSecret: json["clientSecret"].flatMap { SecretSource(json: $0) })
    }

    private static func json(_ parameters: [IntegrationSpec.Parameter]) -> JSON {
        .object(JSONObject(parameters.map { ($0.name, .string($0.value)) }))
    }

    private static func parameters(_ json: JSON?) -> [IntegrationSpec.Parameter]? {
        var parameters: [IntegrationSpec.Parameter] = []
        for member in json?.object?.members ?? [] {
            guard let value = member.value.string else { return nil }
            parameters.append(IntegrationSpec.Parameter(name: member.key, value: value))
        }
        return parameters
    }
}
