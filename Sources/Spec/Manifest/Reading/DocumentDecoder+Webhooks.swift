import Values
import YAML

extension DocumentDecoder {
    mutating func webhook(_ key: Node, _ value: Node) {
        guard expectFields(WebhookField.self, of: key, value) else { return }
        var spec = WebhookSpec(name: "", url: "", events: [])
        var preventDestroy = false
        var hasURL = false
        var hasEvents = false
        for member in value.members {
            guard let field = field(member, WebhookField.self) else { continue }
            let value = member.value
            switch field {
            case .name: spec.name = text(value, "name", DisplayText.nameProblem) ?? ""
            case .description: spec.description = text(value, "description", DisplayText.descriptionProblem)
            case .url:
                hasURL = true
                spec.url = url(value, "url", .receiver) ?? ""
            case .events:
                hasEvents = true
                spec.events = events(value)
            case .headers: spec.headers = headers(value, of: key)
            case .retryConfig: spec.retryConfig = retryConfig(value)
            case .status: spec.status = choice(value, "status", WebhookSpec.Status.self) ?? spec.status
            case .secret: spec.secret = secretSource(value, "secret", of: address(.webhook, key), path: "secret")
            case .lifecycle: preventDestroy = lifecycle(value)
            }
        }
        if !hasURL || !hasEvents {
            require(Set((hasURL ? [WebhookField.url] : []) + (hasEvents ? [.events] : [])), at: key)
        }
        if spec.name.isEmpty { spec.name = key.text }
        add(key, .webhook, .webhook(spec), preventDestroy: preventDestroy)
    }

    private mutating func events(_ node: Node) -> [String] {
        if node.kind == .scalar, node.scalar == .string {
            if node.equals("*") { return ["*"] }
            report(node, "`events` must be a list, not text", "write `events: [\(quotedPlain(node.text))]`")
            return []
        }
        let events = list(node, "events", atMost: WebhookRules.eventCount) { decoder, element in
            if let builtIn = BuiltInEvent.names.name(element) { return builtIn }
            guard let name = decoder.text(element, "events") else { return nil }
            guard name != "*", let workspace = decoder.workspace else { return name }
            decoder.references.append(
                Reference(kind: .event, workspace: workspace, name: name, file: decoder.fileIndex, span: Span(element)))
            return name
        }
        if node.kind == .sequence, events.isEmpty, node.elements.first(where: { _ in true }) == nil {
            report(node, "`events` is empty", "name at least one event, or \"*\" for all")
        }
        if events.count > 1, events.contains("*"), let star = node.elements.first(where: { $0.equals("*") }) {
            report(star, "`*` covers the other events too", "keep `*`, or the names")
        }
        return events
    }

    private func quotedPlain(_ text: String) -> String { String(quoted(text).dropFirst().dropLast()) }

    private mutating func headers(_ node: Node, of webhook: Node) -> [WebhookSpec.Header] {
        guard expect(node, .mapping, "headers") else { return [] }
        guard node.members.reduce(0, { count, _ in count + 1 }) <= WebhookRules.headerCount else {
            report(node, "`headers` has more than \(WebhookRules.headerCount) entries")
            hide(node)
            return []
        }
        var headers: [WebhookSpec.Header] = []
        for (key, value) in node.members where !isMergeKey(key) {
            let name = key.text
            let isKnown = harmlessHeaders.contains(name)
            let isSensitive = !isKnown && WebhookRules.isSensitiveHeader(name)
            if !isKnown, let problem = WebhookRules.headerNameProblem(name) {
                if isSensitive { hide(value) }
                report(key, problem)
                continue
            }
            if !isKnown, !isSensitive, harmlessHeaders.count < 8 { harmlessHeaders.append(name) }
            // Names that differ in case alone are one header (RFC 9110 § 5.1); exact repetitions are reported as duplicate keys.
            if headers.contains(where: { $0.name.isCaselesslyEqual(to: name) && $0.name != name }) {
                if isSensitive { hide(value) }
                report(key, "the header \(quoted(name)) is here twice: letter case does not tell headers apart", "keep one of the two")
                continue
            }
            if isSensitive {
                guard let source = secretSource(value, name, of: address(.webhook, webhook), path: "headers.\(name)") else { continue }
                headers.append(WebhookSpec.Header(name: name, value: .secret(source)))
            } else {
                let owner = Address(workspace: workspace ?? "", kind: .webhook, name: webhook.text)
                let value = textOrSecret(
                    value, name, of: owner, path: "headers.\(name)", WebhookRules.headerValueProblem)
                guard let value else { continue }
                headers.append(WebhookSpec.Header(name: name, value: value))
            }
        }
        return headers
    }

    private mutating func retryConfig(_ node: Node) -> WebhookSpec.RetryConfig {
        var config = WebhookSpec.RetryConfig()
        guard expect(node, .mapping, "retryConfig") else { return config }
        for member in node.members {
            guard let field = field(member, RetryField.self) else { continue }
            let value = member.value
            switch field {
            case .maxRetries: config.maxRetries = integer(value, "maxRetries", in: WebhookRules.retries) ?? config.maxRetries
            case .backoffMultiplier:
                config.backoffMultiplier = number(value, "backoffMultiplier", in: WebhookRules.multipliers) ?? config.backoffMultiplier
            case .initialDelay: config.initialDelay = duration(value, "initialDelay", in: WebhookRules.delays) ?? config.initialDelay
            case .maxDelay: config.maxDelay = duration(value, "maxDelay", in: WebhookRules.delays) ?? config.maxDelay
            }
        }
        if let problem = WebhookRules.delayProblem(config) { report(node, problem) }
        return config
    }
}
