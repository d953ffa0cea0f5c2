package import Values

extension WebhookSpec: Tabled {
    package static let fields = Fields(
        of: "a webhook", blank: WebhookSpec(name: "", url: "", events: []),
        [
            Field(
                "name", \.name, .displayName, "Display name; the stable name where it is left out.", overHTTP: "Display name.",
                .requiredInRequests),
            Field("description", \.description, .description, "What the receiver does."),
            Field("url", \.url, .url(.receiver), "Where events are sent; https, or http on loopback.", .required),
            Field(
                "events", \.events, .list(WebhookRules.events), "Event types that are sent, or \"*\" for all.",
                overHTTP: "Event types that are sent, or [\"*\"] for all.", .required),
            Field(
                "headers", \.headers, .map(WebhookRules.headers), "Sent with every delivery; a credential must be a reference.",
                overHTTP: "Sent with every delivery; the value of a credential is kept as a secret, and shows as a reference."),
            Field("retryConfig", \.retryConfig, .object(), "When a failed delivery is tried again."),
            Field("status", \.status, .choice(.active), "ACTIVE or PAUSED.", overHTTP: "Whether events are sent."),
            Field(
                "secret", \.secret, .secret(WebhookRules.signingSecret),
                "A reference to the signing secret; one is generated where it is left out.",
                overHTTP: "The signing secret; one is generated where a creation leaves it out.", for: [.manifest, .request]),
            .lifecycle,
        ])
}

extension WebhookSpec {
    /// Reads the members of a body into what stands now, or for a creation into the defaults.
    ///
    /// Not generic, so that readers of other modules get the table's code made for this type: it takes 0.6 of the time.
    ///
    /// - Returns: the fields that the body names rightly.
    package mutating func read(_ body: JSONObject, by reader: inout BodyReader) -> FieldSet { reader.read(body, into: &self) }
}

extension WebhookSpec.RetryConfig: Tabled {
    package static let fields = Fields(
        of: "`retryConfig`", blank: Self(),
        [
            Field(
                "maxRetries", \.maxRetries, .integer(WebhookRules.retries), "Attempts after the first one; {default} where it is left out."),
            Field(
                "backoffMultiplier", \.backoffMultiplier, .number(WebhookRules.multipliers),
                "Each delay is this many times the one before; {default} where it is left out."),
            Field(
                "initialDelay", \.initialDelay, .duration(WebhookRules.delays), "Before the first retry; {default} where it is left out."),
            Field("maxDelay", \.maxDelay, .duration(WebhookRules.delays), "No delay is longer; {default} where it is left out."),
        ],
        checks: [Check(of: "maxDelay", WebhookRules.delayProblem)])
}

extension WebhookRules {
    static let events = ListRule(
        most: eventCount, kind: .event, noun: ("an", "event type"), plural: "events", isStarAlone: true,
        remedyIfEmpty: "name at least one event, or \"*\" for all")

    static let headers = MapRule(
        most: headerCount, noun: "header", nameProblem: headerNameProblem, valueProblem: headerValueProblem, isSensitive: isSensitiveHeader)

    static let signingSecret = SecretRule(
        problem: SigningSecret.problem, isGenerated: true,
        requestSchema: ["type": "string", "minLength": 16, "maxLength": 512, "pattern": "^[!-~]+$"])
}
