package import Curl
package import Spec
package import Values

/// The body of a create or an update, read onto a spec; an update changes only the members that are there.
package struct IntegrationBody: Sendable {
    package var spec: IntegrationSpec
    /// A new client secret; `.some(nil)` takes the old one away.
    package var clientSecret: Secret??

    /// - Parameters:
    ///   - base: the spec to change; nil for a create.
    ///   - addresses: which literal addresses URLs may name.
    package init(_ json: JSON, base: IntegrationSpec?, addresses: AddressPolicy) throws(APIError) {
        var fields = try Fields(json)
        var spec = base ?? IntegrationSpec(name: "", type: .custom, provider: Provider.custom.name)
        if base == nil {
            spec.name = fields.requiredString("name", check: DisplayText.nameProblem)
        } else if let name = fields.string("name", check: DisplayText.nameProblem) {
            spec.name = name
        }
        if let provider = fields.string("provider", check: Self.providerProblem) { spec.provider = provider }
        if let type = fields.choice("type", of: IntegrationSpec.IntegrationType.self) {
            spec.type = type
        } else if base == nil {
            spec.type = Provider.named(spec.provider)?.type ?? .custom
        }
        let description = fields.string("description", check: DisplayText.descriptionProblem)
        if fields.has("description") { spec.description = description }
        if let isPublic = fields.bool("public") { spec.isPublic = isPublic }
        if let status = fields.choice("status", of: IntegrationSpec.Status.self) { spec.status = status }
        if let scopes = fields.strings("scopes", atMost: IntegrationRules.scopeCount, check: IntegrationRules.scopeProblem) {
            spec.scopes = Self.unique(scopes, "scopes", &fields)
        }
        if let uris = fields.strings(
            "redirectUris", atMost: IntegrationRules.urlCount, check: { URLRules.redirect.problem($0)?.description })
        {
            spec.redirectUris = Self.unique(uris, "redirectUris", &fields)
        }
        if let urls = fields.strings("returnUrls", atMost: IntegrationRules.urlCount, check: { URLRules.page.problem($0)?.description }) {
            spec.returnUrls = Self.unique(urls, "returnUrls", &fields)
        }
        let perHour = fields.integer("rateLimitPerHour", in: RateLimits.range)
        if fields.has("rateLimitPerHour") { spec.rateLimitPerHour = perHour }
        let perDay = fields.integer("rateLimitPerDay", in: RateLimits.range)
        if fields.has("rateLimitPerDay") { spec.rateLimitPerDay = perDay }
        if let problem = RateLimits(perHour: spec.rateLimitPerHour, perDay: spec.rateLimitPerDay).problem {
            fields.report("rateLimitPerDay", problem)
        }
        if var config = fields.nested("config") {
            clientSecret = Self.read(&config, into: &spec.config, addresses)
            fields.absorb(config)
        }
        // Nobody may learn a stored secret by pointing the integration, or its provider, at a host of their own.
        if let base, base.config.clientSecret != nil, clientSecret == nil,
            !CredentialDestinations(spec).areWithin(CredentialDestinations(base))
        {
            fields.report("config.clientSecret", "must be given again when requests that carry it go to another host")
        }
        try fields.finish()
        self.spec = spec
    }

    private static func read(
        _ fields: inout Fields, into config: inout IntegrationSpec.Config, _ addresses: AddressPolicy
    ) -> Secret?? {
        func url(_ name: String, _ rules: URLRules, _ path: WritableKeyPath<IntegrationSpec.Config, String?>) {
            let value = fields.string(name) { rules.problem($0)?.description ?? addressProblem($0, addresses) }
            if fields.has(name) { config[keyPath: path] = value }
        }
        url("authorizationUrl", .endpoint, \.authorizationUrl)
        url("tokenUrl", .endpoint, \.tokenUrl)
        url("revocationUrl", .endpoint, \.revocationUrl)
        url("introspectionUrl", .endpoint, \.introspectionUrl)
        url("issuer", .issuer, \.issuer)
        let pkce = fields.bool("pkce")
        if fields.has("pkce") { config.pkce = pkce }
        let method = fields.choice("tokenAuthMethod", of: IntegrationSpec.TokenAuthMethod.self)
        if fields.has("tokenAuthMethod") { config.tokenAuthMethod = method }
        let separator = fields.choice("scopeSeparator", of: ScopeSeparator.self)
        if fields.has("scopeSeparator") { config.scopeSeparator = separator?.rawValue }
        if fields.has("authorizationParams") {
            config.authorizationParams = parameters(&fields, "authorizationParams", IntegrationRules.authorizationParameterProblem)
        }
        if fields.has("tokenParams") {
            config.tokenParams = parameters(&fields, "tokenParams", IntegrationRules.tokenParameterProblem)
        }
        let clientID = fields.string("clientId", check: IntegrationRules.clientIdProblem)
        if fields.has("clientId") { config.clientId = clientID.map { .text($0) } }
        let secret = fields.string("clientSecret") { text in
            text.isEmpty || text.utf8.count > 4096 || text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
                ? "must be 1 to 4096 bytes without control characters" : nil
        }
        guard fields.has("clientSecret") else { return nil }
        config.clientSecret = secret == nil ? nil : .stored
        return .some(secret.map { Secret($0) })
    }

    private static func parameters(
        _ fields: inout Fields, _ name: String, _ problem: (String) -> String?
    ) -> [IntegrationSpec.Parameter] {
        guard let value = fields.value(name) else { return [] }
        guard let members = value.object?.members else {
            fields.report(name, "must be an object of strings")
            return []
        }
        guard members.count <= IntegrationRules.parameterCount else {
            fields.report(name, "must have at most \(IntegrationRules.parameterCount) members")
            return []
        }
        var parameters: [IntegrationSpec.Parameter] = []
        for (key, value) in members {
            guard let text = value.string else {
                fields.report("\(name).\(key)", "must be a string")
                continue
            }
            if let problem = problem(key) ?? IntegrationRules.parameterValueProblem(text) { fields.report("\(name).\(key)", problem) }
            parameters.append(IntegrationSpec.Parameter(name: key, value: text))
        }
        return parameters
    }

    private static func addressProblem(_ text: String, _ addresses: AddressPolicy) -> String? {
        guard let url = try? WebURL(text) else { return nil }
        return addresses.refusal(ofHost: url.host)?.description
    }

    private static func providerProblem(_ name: String) -> String? {
        guard Provider.named(name) == nil else { return nil }
        return "is not in the catalogue: "
            + Nearest.remedy(for: name, among: Provider.all.map(\.name), otherwise: "`custom` takes everything from config")
    }

    private static func unique(_ values: [String], _ name: String, _ fields: inout Fields) -> [String] {
        var seen: Set<ExactText> = []
        for (position, value) in values.enumerated() where !seen.insert(ExactText(value)).inserted {
            fields.report("\(name).\(position)", "stands in the list twice")
        }
        return values
    }
}
