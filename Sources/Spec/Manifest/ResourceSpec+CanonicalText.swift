import Values

extension ResourceSpec {
    /// Canonical JSON of the spec: what the state stores and a plan compares first.
    package var canonicalText: String {
        switch self {
        case .scope(let spec): spec.canonicalText
        case .webhook(let spec): spec.canonicalText
        case .event, .keyPolicy, .integration: json.canonicalText
        }
    }
}

extension ScopeSpec {
    fileprivate var canonicalText: String {
        var object = CanonicalObject(capacity: 24 + description.utf8.count)
        object.member("description", description)
        return object.text()
    }
}

extension WebhookSpec {
    fileprivate var canonicalText: String {
        var object = CanonicalObject(capacity: 320)
        object.member("description", description)
        object.member("events", events)
        if !headers.isEmpty { object.member("headers", .object(JSONObject(headers.map { ($0.name, $0.value.json) }))) }
        object.member("name", name)
        object.member("retryConfig", written: retryConfig == RetryConfig() ? Self.defaultRetryText : retryConfig.json.canonicalText)
        object.member("secret", secret?.json)
        object.member("status", status.rawValue)
        object.member("url", url)
        return object.text()
    }

    private static let defaultRetryText = RetryConfig().json.canonicalText
}
