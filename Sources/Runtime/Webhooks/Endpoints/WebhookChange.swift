import Curl
import Spec
import Store
import Values

/// What the body of a creation or an update says, checked by the same rules as a manifest.
struct WebhookChange {
    var name: String?
    /// `.some(nil)` takes the description away.
    var description: String??
    var url: String?
    var events: [String]?
    var headers: [WebhookSpec.Header]?
    var retryConfig: WebhookSpec.RetryConfig?
    var status: WebhookSpec.Status?
    var secret: Secret?
    /// Values of headers that are kept as secrets, by field.
    var headerSecrets: [String: Secret] = [:]

    /// - Parameters:
    ///   - current: what an update starts from; nil for a creation, which needs name, URL and events.
    ///   - eventProblem: what is wrong with an event type in the workspace, and which one was meant where that is asked for.
    init(
        _ body: JSON, current: WebhookSpec?, policy: AddressPolicy, eventProblem: (_ type: String, _ suggests: Bool) throws -> String?
    ) throws {
        var fields = try Fields(body)
        if current == nil {
            name = fields.requiredString("name", check: DisplayText.nameProblem)
            url = fields.requiredString("url") { Self.urlProblem($0, policy: policy) }
        } else {
            name = fields.string("name", check: DisplayText.nameProblem)
            url = fields.string("url") { Self.urlProblem($0, policy: policy) }
        }
        let text = fields.string("description", check: DisplayText.descriptionProblem)
        if fields.has("description") { description = .some(text) }
        var unknown = 0
        events = try fields.strings("events", atMost: WebhookRules.eventCount) { type in
            guard type != "*", let problem = try eventProblem(type, unknown < Nearest.perList) else { return nil }
            unknown += 1
            return problem
        }
        if let events, events.isEmpty { fields.report("events", "must name at least one event type, or \"*\" for all") }
        if let events, Set(events.map { ExactText($0) }).count < events.count { fields.report("events", "names an event type twice") }
        if let events, events.count > 1, events.contains("*") { fields.report("events", "must be [\"*\"] alone, for all") }
        if events == nil, current == nil, !fields.problems.contains(where: { $0.field.hasPrefix("events") }) {
            fields.report("events", "is required")
        }
        status = fields.choice("status")
        if let text = fields.string("secret") {
            let given = Secret(text)
            if let problem = SigningSecret.problem(given) { fields.report("secret", problem) } else { secret = given }
        }
        readHeaders(&fields, current: current)
        if let current { demandHeaderSecrets(&fields, current: current) }
        readRetryConfig(&fields, current: current?.retryConfig ?? WebhookSpec.RetryConfig())
        try fields.finish()
    }

    /// The spec after the change.
    func applied(to current: WebhookSpec?) -> WebhookSpec {
        var spec = current ?? WebhookSpec(name: name ?? "", url: url ?? "", events: events ?? [])
        if let name { spec.name = name }
        if let description { spec.description = description }
        if let url { spec.url = url }
        if let events { spec.events = events }
        if let headers { spec.headers = headers }
        if let retryConfig { spec.retryConfig = retryConfig }
        if let status { spec.status = status }
        // What stands there now is no longer what a manifest's reference leads to, which is drift.
        if secret != nil, spec.secret != nil { spec.secret = .stored }
        return spec
    }

    /// Whether nothing but the status is said, and that is ACTIVE: an act that is allowed whoever declares the webhook.
    var onlyActivates: Bool {
        status == .active && name == nil && description == nil && url == nil && events == nil && headers == nil && retryConfig == nil
            && secret == nil
    }

    private static func urlProblem(_ url: String, policy: AddressPolicy) -> String? {
        if let problem = WebhookRules.urlProblem(url) { return problem.description }
        guard let parsed = try? WebURL(url) else { return "is no URL" }
        return policy.refusal(ofHost: parsed.host)?.description
    }

    private mutating func readHeaders(_ fields: inout Fields, current: WebhookSpec?) {
        guard let value = fields.value("headers") else { return }
        guard let object = value.object else { return fields.report("headers", "must be an object of names and values") }
        guard object.count <= WebhookRules.headerCount else {
            return fields.report("headers", "has more than \(WebhookRules.headerCount) entries")
        }
        var read: [WebhookSpec.Header] = []
        for (name, value) in object.members {
            let field = "headers.\(name)"
            if let problem = WebhookRules.headerNameProblem(name) { fields.report(field, problem) }
            if read.contains(where: { $0.name.isCaselesslyEqual(to: name) }) { fields.report(field, "stands twice, in another case") }
            if let text = value.string {
                if let problem = WebhookRules.headerValueProblem(text) { fields.report(field, problem) }
                if WebhookRules.isSensitiveHeader(name) {
                    headerSecrets[field] = Secret(text)
                    read.append(.init(name: name, value: .secret(.stored)))
                } else {
                    read.append(.init(name: name, value: .text(text)))
                }
            } else if let kept = current?.headers.first(where: { $0.name.isExactly(name) }), kept.value.json == value {
                // A secret header as the API shows it: it stays as it is.
                read.append(kept)
            } else {
                fields.report(field, "must be a string")
            }
        }
        headers = read
    }

    /// Stored values of headers were given for one address: at another one, each that would still be sent is given again.
    private func demandHeaderSecrets(_ fields: inout Fields, current: WebhookSpec) {
        guard let url, Self.destination(of: url) != Self.destination(of: current.url) else { return }
        for header in headers ?? current.headers {
            guard case .secret = header.value, headerSecrets["headers.\(header.name)"] == nil else { continue }
            fields.report("headers.\(header.name)", "must be given again: its value does not follow the webhook to another address")
        }
    }

    private static func destination(of url: String) -> String { (try? WebURL(url))?.destination ?? url }

    private mutating func readRetryConfig(_ fields: inout Fields, current: WebhookSpec.RetryConfig) {
        guard var nested = fields.nested("retryConfig") else { return }
        var config = current
        if let retries = nested.integer("maxRetries", in: WebhookRules.retries) { config.maxRetries = retries }
        if let multiplier = nested.number("backoffMultiplier", in: WebhookRules.multipliers) { config.backoffMultiplier = multiplier }
        for (name, path) in [("initialDelay", \WebhookSpec.RetryConfig.initialDelay), ("maxDelay", \WebhookSpec.RetryConfig.maxDelay)] {
            guard let delay = nested.duration(name) else { continue }
            config[keyPath: path] = delay
            if !WebhookRules.delays.contains(delay) {
                nested.report(
                    name, "must be from \(WebhookRules.delays.lowerBound.manifestText) to \(WebhookRules.delays.upperBound.manifestText)")
            }
        }
        if let problem = WebhookRules.delayProblem(config) { nested.report("maxDelay", problem) }
        fields.absorb(nested)
        retryConfig = config
    }
}
