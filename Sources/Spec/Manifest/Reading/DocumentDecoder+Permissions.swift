import Values
import YAML

extension DocumentDecoder {
    mutating func scope(_ key: Node, _ value: Node) {
        let description = text(value, key.text, DisplayText.descriptionProblem)
        add(key, .scope, .scope(ScopeSpec(description: description ?? "")))
    }

    mutating func keyPolicy(_ key: Node, _ value: Node) {
        guard expectFields(KeyPolicyField.self, of: key, value) else { return }
        var spec = KeyPolicySpec()
        var preventDestroy = false
        var found: Set<KeyPolicyField> = []
        var dayNode: Node?
        for member in value.members {
            guard let field = field(member, KeyPolicyField.self) else { continue }
            found.insert(field)
            let value = member.value
            switch field {
            case .description: spec.description = text(value, "description", DisplayText.descriptionProblem)
            case .prefix: spec.prefix = text(value, "prefix", KeyPolicyRules.prefixProblem) ?? spec.prefix
            case .scopes: spec.scopes = policyScopes(value)
            case .rateLimitPerHour: spec.rateLimitPerHour = integer(value, "rateLimitPerHour", in: RateLimits.range)
            case .rateLimitPerDay:
                spec.rateLimitPerDay = integer(value, "rateLimitPerDay", in: RateLimits.range)
                dayNode = value
            case .expiresAfter: spec.expiresAfter = duration(value, "expiresAfter", in: KeyPolicyRules.expiry)
            case .rotation: spec.rotation = rotation(value)
            case .allowedCIDRs: spec.allowedCIDRs = networks(value)
            case .lifecycle: preventDestroy = lifecycle(value)
            }
        }
        require(found, at: key)
        if let dayNode, let problem = KeyPolicyRules.limitProblem(hour: spec.rateLimitPerHour, day: spec.rateLimitPerDay) {
            report(dayNode, problem)
        }
        add(key, .keyPolicy, .keyPolicy(spec), preventDestroy: preventDestroy)
    }

    private mutating func policyScopes(_ node: Node) -> [String] {
        let scopes = list(node, "scopes", atMost: KeyPolicyRules.scopeCount) { decoder, element in
            guard let pattern = decoder.text(element, "scopes", ScopeRules.patternProblem) else { return nil }
            if let workspace = decoder.workspace {
                decoder.references.append(
                    Reference(kind: .scopePattern, workspace: workspace, name: pattern, file: decoder.fileIndex, span: Span(element)))
            }
            return pattern
        }
        if node.kind == .sequence, node.elements.first(where: { _ in true }) == nil {
            report(node, "`scopes` is empty", "name at least one scope, or `*` for all")
        }
        return scopes
    }

    private mutating func rotation(_ node: Node) -> KeyPolicySpec.Rotation? {
        guard expect(node, .mapping, "rotation") else { return nil }
        var every: Duration?
        var overlap: Duration?
        var found: Set<RotationField> = []
        for member in node.members {
            guard let field = field(member, RotationField.self) else { continue }
            found.insert(field)
            switch field {
            case .every: every = duration(member.value, "every", in: KeyPolicyRules.rotationPeriod)
            case .overlap: overlap = duration(member.value, "overlap", in: KeyPolicyRules.overlap)
            }
        }
        require(found, at: node)
        guard let every else { return nil }
        let rotation = KeyPolicySpec.Rotation(every: every, overlap: overlap ?? .seconds(0))
        if let problem = KeyPolicyRules.rotationProblem(rotation) { report(node, problem) }
        return rotation
    }

    private mutating func networks(_ node: Node) -> [String] {
        let networks = list(node, "allowedCIDRs", atMost: KeyPolicyRules.networkCount) { $0.text($1, "allowedCIDRs", CIDR.problem) }
        if node.kind == .sequence, node.elements.first(where: { _ in true }) == nil {
            report(node, "`allowedCIDRs` is empty, which would let no address in", "name a network, or leave the field out to let all in")
        }
        return networks
    }
}
