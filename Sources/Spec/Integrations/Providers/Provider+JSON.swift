package import Values

extension Provider {
    /// The entry as `reconcile providers NAME --format json` shows it; unknown facts are null.
    package var json: JSON {
        var object = JSONObject()
        object["name"] = .string(name)
        object["displayName"] = .string(displayName)
        object["type"] = .string(type.rawValue)
        object["auth"] = .strings(authenticationKinds)
        if let oauth { object["oauth"] = oauth.json }
        if let apiKey { object["apiKey"] = ["header": .string(apiKey.header), "prefix": .string(apiKey.valuePrefix)] }
        object["apiBase"] = Self.text(apiBase)
        object["allowedHosts"] = .strings(allowedHosts)
        object["apiHeaders"] = Self.parameters(apiHeaders)
        object["verify"] = Self.text(verification.map { "\($0.method) \($0.target)" })
        object["quirks"] = .strings(quirks)
        object["sources"] = .string(sources)
        object["verifiedOn"] = Self.text(verifiedOn)
        return .object(object)
    }

    fileprivate static func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

    fileprivate static func parameters(_ parameters: [IntegrationSpec.Parameter]) -> JSON {
        .object(JSONObject(parameters.map { ($0.name, .string($0.value)) }))
    }
}

extension Provider.OAuth {
    package var json: JSON {
        var object = JSONObject()
        object["authorizationUrl"] = Provider.text(authorizationUrl)
        object["tokenUrl"] = Provider.text(tokenUrl)
        object["revocationUrl"] = Provider.text(revocationUrl)
        object["introspectionUrl"] = Provider.text(introspectionUrl)
        object["issuer"] = Provider.text(issuer)
        object["pkce"] = .bool(pkce == .always)
        object["pkceSupport"] = .string(pkceSupport.rawValue)
        object["tokenAuthMethod"] = .string(tokenAuthMethod.rawValue)
        object["scopeSeparator"] = .string(scopeSeparator.rawValue)
        object["authorizationParams"] = Provider.parameters(authorizationParams)
        object["tokenParams"] = Provider.parameters(tokenParams)
        object["scopesNeeded"] = .strings(scopesNeeded)
        object["accessToken"] = .string(accessToken.text)
        object["refresh"] = [
            "kind": .string(refresh.kind.rawValue), "rotation": .string(refresh.rotation.rawValue),
            "idleDays": refresh.idleDays.map { .integer($0) } ?? .null,
            "totalDays": refresh.totalDays.map { .integer($0) } ?? .null,
            "reuseGraceSeconds": .integer(refresh.reuseGraceSeconds),
        ]
        object["errors"] = [
            "terminal": .strings(errors.terminal), "transient": .strings(errors.transient),
            "withStatus200": .bool(errors.withStatus200),
        ]
        object["metadataFields"] = .strings(metadataFields)
        if let regions { object["regions"] = .strings(regions.domains.values.sorted()) }
        return .object(object)
    }
}

extension Provider.OAuth.AccessTokenLifetime {
    /// For people: `30m`, `unstated (renewed after 15m)`, `never ends`, `unknown`.
    package var text: String {
        switch self {
        case .seconds(let seconds): Duration.seconds(seconds).manifestText
        case .unstated(let seconds): "unstated (renewed after \(Duration.seconds(seconds).manifestText))"
        case .never: "never ends"
        case .unknown: "unknown"
        }
    }
}
