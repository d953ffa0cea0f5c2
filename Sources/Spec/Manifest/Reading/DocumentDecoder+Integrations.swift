import Values
import YAML

extension DocumentDecoder {
    mutating func integration(_ key: Node, _ value: Node) {
        guard expectFields(IntegrationField.self, of: key, value) else { return }
        var spec = IntegrationSpec(name: key.text, type: .custom, provider: Provider.custom.name)
        var type: IntegrationSpec.IntegrationType?
        var preventDestroy = false
        var found: Set<IntegrationField> = []
        var dayNode: Node?
        resourceKind = .integration
        resourceKey = key
        for member in value.members {
            guard let field = field(member, IntegrationField.self) else { continue }
            found.insert(field)
            let value = member.value
            switch field {
            case .name: spec.name = text(value, "name", DisplayText.nameProblem) ?? spec.name
            case .type: type = choice(value, "type", IntegrationSpec.IntegrationType.self)
            case .provider: spec.provider = provider(value) ?? spec.provider
            case .description: spec.description = text(value, "description", DisplayText.descriptionProblem)
            case .isPublic: spec.isPublic = bool(value, "public") ?? spec.isPublic
            case .status: spec.status = choice(value, "status", IntegrationSpec.Status.self) ?? spec.status
            case .scopes:
                spec.scopes = list(value, "scopes", atMost: IntegrationRules.scopeCount) {
                    $0.text($1, "scopes", IntegrationRules.scopeProblem)
                }
            case .redirectUris:
                spec.redirectUris = list(value, "redirectUris", atMost: IntegrationRules.urlCount) { $0.url($1, "redirectUris", .redirect) }
            case .returnUrls:
                spec.returnUrls = list(value, "returnUrls", atMost: IntegrationRules.urlCount) { $0.url($1, "returnUrls", .page) }
            case .rateLimitPerHour: spec.rateLimitPerHour = integer(value, "rateLimitPerHour", in: RateLimits.range)
            case .rateLimitPerDay:
                spec.rateLimitPerDay = integer(value, "rateLimitPerDay", in: RateLimits.range)
                dayNode = value
            case .config: spec.config = config(value)
            case .lifecycle: preventDestroy = lifecycle(value)
            }
        }
        require(found, at: key)
        spec.type = type ?? Provider.named(spec.provider)?.type ?? .custom
        if let dayNode, let problem = KeyPolicyRules.limitProblem(hour: spec.rateLimitPerHour, day: spec.rateLimitPerDay) {
            report(dayNode, problem)
        }
        if spec.provider == Provider.custom.name, (spec.config.authorizationUrl == nil) != (spec.config.tokenUrl == nil) {
            let missing = spec.config.tokenUrl == nil ? "tokenUrl" : "authorizationUrl"
            if !hasMember(value, "config", missing) {
                report(key, "`config` of a custom provider needs `\(missing)` beside the other", "add it, or take both away")
            }
        }
        add(key, .integration, .integration(spec), preventDestroy: preventDestroy)
    }

    /// Whether the field is there at all, though perhaps wrong and reported for it.
    private func hasMember(_ node: Node, _ first: String, _ second: String) -> Bool {
        guard let outer = node.members.first(where: { $0.key.utf8.elementsEqual(first.utf8) }) else { return false }
        return outer.value.members.contains { $0.key.utf8.elementsEqual(second.utf8) }
    }

    private mutating func provider(_ node: Node) -> String? {
        guard let name = text(node, "provider") else { return nil }
        if Provider.named(name) != nil { return name }
        report(
            node, "the catalogue has no provider \(quoted(name))",
            Nearest.remedy(
                for: name, among: Provider.all.map(\.name),
                otherwise: "`reconcile providers` lists them; `custom` takes everything from `config`"))
        return nil
    }

    private mutating func config(_ node: Node) -> IntegrationSpec.Config {
        var config = IntegrationSpec.Config()
        guard expect(node, .mapping, "config") else { return config }
        for member in node.members {
            guard let field = field(member, ConfigField.self) else { continue }
            let value = member.value
            switch field {
            case .authorizationUrl: config.authorizationUrl = url(value, field.rawValue, .endpoint)
            case .tokenUrl: config.tokenUrl = url(value, field.rawValue, .endpoint)
            case .revocationUrl: config.revocationUrl = url(value, field.rawValue, .endpoint)
            case .introspectionUrl: config.introspectionUrl = url(value, field.rawValue, .endpoint)
            case .issuer: config.issuer = url(value, field.rawValue, .issuer)
            case .pkce: config.pkce = bool(value, field.rawValue)
            case .tokenAuthMethod: config.tokenAuthMethod = choice(value, field.rawValue, IntegrationSpec.TokenAuthMethod.self)
            case .scopeSeparator: config.scopeSeparator = choice(value, field.rawValue, ScopeSeparator.self)?.rawValue
            case .authorizationParams:
                config.authorizationParams = parameters(value, field.rawValue, IntegrationRules.authorizationParameterProblem)
            case .tokenParams: config.tokenParams = parameters(value, field.rawValue, IntegrationRules.tokenParameterProblem)
            case .clientId:
                config.clientId = textOrSecret(
                    value, field.rawValue, path: "config.clientId", IntegrationRules.clientIdProblem)
            case .clientSecret:
                config.clientSecret = secretSource(value, field.rawValue, path: "config.clientSecret")
            }
        }
        return config
    }

    private mutating func parameters(
        _ node: Node, _ field: String, _ problem: (String) -> String?
    ) -> [IntegrationSpec.Parameter] {
        guard expect(node, .mapping, field) else { return [] }
        var parameters: [IntegrationSpec.Parameter] = []
        for (key, value) in node.members where !isMergeKey(key) {
            let name = key.text
            let isSecret = SecretRules.looksSecret(name)
            if isSecret { hide(value) }
            if let problem = problem(name) {
                report(key, problem)
            } else if isSecret {
                report(value, "the parameter \(quoted(name)) looks like a credential, which no manifest may hold", "leave it out")
            } else if let text = text(value, name, IntegrationRules.parameterValueProblem) {
                parameters.append(IntegrationSpec.Parameter(name: name, value: text))
            }
        }
        if parameters.count > IntegrationRules.parameterCount {
            report(node, "`\(field)` has more than \(IntegrationRules.parameterCount) entries")
        }
        return parameters
    }
}
