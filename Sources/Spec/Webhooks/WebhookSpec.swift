package import Values

/// A receiver of events.
package struct WebhookSpec: Sendable, Equatable {
    /// The display name; the stable one is in the address.
    package var name: String
    package var description: String?
    package var url: String
    /// Event types in the order written, or `["*"]` for all.
    package var events: [String]
    /// Sent with every delivery, in the order written.
    package var headers: [Header]
    package var retryConfig: RetryConfig
    package var status: Status
    /// Nil leaves the signing secret to the state: generated once, at the first apply.
    package var secret: SecretSource?

    package enum Status: String, Sendable, CaseIterable {
        case active = "ACTIVE"
        case paused = "PAUSED"
    }

    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: TextOrSecret

        package init(name: String, value: TextOrSecret) {
            self.name = name
            self.value = value
        }
    }

    /// The delay before retry n is `initialDelay × backoffMultiplier^(n−1)`, at most `maxDelay`.
    package struct RetryConfig: Sendable, Equatable {
        package var maxRetries: Int
        package var backoffMultiplier: Double
        package var initialDelay: Duration
        package var maxDelay: Duration

        package init(
            maxRetries: Int = 3, backoffMultiplier: Double = 2, initialDelay: Duration = .seconds(5),
            maxDelay: Duration = .seconds(12 * 3600)
        ) {
            self.maxRetries = maxRetries
            self.backoffMultiplier = backoffMultiplier
            self.initialDelay = initialDelay
            self.maxDelay = maxDelay
        }

        package var json: JSON {
            [
                "maxRetries": .integer(maxRetries), "backoffMultiplier": .number(backoffMultiplier),
                "initialDelay": .string(initialDelay.manifestText), "maxDelay": .string(maxDelay.manifestText),
            ]
        }

        package init?(json: JSON) {
            guard let maxRetries = json["maxRetries"]?.integer, let multiplier = json["backoffMultiplier"]?.number,
                let initialDelay = json["initialDelay"]?.duration, let maxDelay = json["maxDelay"]?.duration
            else { return nil }
            self.init(maxRetries: maxRetries, backoffMultiplier: multiplier, initialDelay: initialDelay, maxDelay: maxDelay)
        }
    }

    package init(
        name: String, description: String? = nil, url: String, events: [String], headers: [Header] = [],
        retryConfig: RetryConfig = RetryConfig(), status: Status = .active, secret: SecretSource? = nil
    ) {
        self.name = name
        self.description = description
        self.url = url
        self.events = events
        self.headers = headers
        self.retryConfig = retryConfig
        self.status = status
        self.secret = secret
    }

    package var json: JSON {
        var object = JSONObject()
        object["name"] = .string(name)
        object["description"] = description.map(JSON.string)
        object["url"] = .string(url)
        object["events"] = .strings(events)
        if !headers.isEmpty { object["headers"] = .object(JSONObject(headers.map { ($0.name, $0.value.json) })) }
        object["retryConfig"] = retryConfig.json
        object["status"] = .string(status.rawValue)
        object["secret"] = secret?.json
        return .object(object)
    }

    package init?(json: JSON) {
        guard let name = json["name"]?.string, let url = json["url"]?.string, let events = json["events"]?.strings,
            let retryConfig = json["retryConfig"].flatMap({ RetryConfig(json: $0) }),
            let status = json["status"]?.string.flatMap({ Status(rawValue: $0) })
        else { return nil }
        var headers: [Header] = []
        for member in json["headers"]?.object?.members ?? [] {
            guard let value = TextOrSecret(json: member.value) else { return nil }
            headers.append(Header(name: member.key, value: value))
        }
        self.init(
            name: name, description: json["description"]?.string, url: url, events: events, headers: headers,
            retryConfig: retryConfig, status: status, secret: json["secret"].flatMap { SecretSource(json: $0) })
    }

    package var secrets: [(field: String, source: SecretSource)] {
        var secrets: [(field: String, source: SecretSource)] = []
        if let secret { secrets.append(("secret", secret)) }
        for header in headers {
            if case .secret(let source) = header.value { secrets.append(("headers.\(header.name)", source)) }
        }
        return secrets
    }
}
