package import Values

/// What a webhook may say, in a manifest and over HTTP alike; each function gives the problem with its remedy, or nil.
package enum WebhookRules {
    package static let retries = 0...100
    package static let multipliers = 1.0...10.0
    package static let delays: ClosedRange<Duration> = .milliseconds(1) ... .seconds(30 * 86_400)
    package static let eventCount = 200
    package static let headerCount = 50
    package static let headerValueBytes = 4096

    package static func urlProblem(_ url: String) -> WebURL.Problem? { URLRules.receiver.problem(url) }

    /// The first delay must not exceed the greatest.
    package static func delayProblem(_ config: WebhookSpec.RetryConfig) -> String? {
        guard config.initialDelay > config.maxDelay else { return nil }
        return "`maxDelay` (\(config.maxDelay.manifestText)) is shorter than `initialDelay` (\(config.initialDelay.manifestText)): raise it"
    }

    /// RFC 9110 § 5.1: a field name is a token; ours and the connection's own are not the sender's to choose.
    package static func headerNameProblem(_ name: String) -> String? {
        guard !name.isEmpty, name.utf8.count <= 100, name.utf8.allSatisfy(\.isHTTPToken) else {
            return "\(quoted(name)) is no header name: write letters, digits and hyphens, as in `X-Custom-Header`"
        }
        let isReserved =
            reservedPrefixes.contains { name.hasCaselessPrefix($0) } || reserved.contains { name.isCaselesslyEqual(to: $0) }
        if isReserved {
            return "the header \(quoted(name)) is set by the delivery itself: leave it out"
        }
        return nil
    }

    /// RFC 9110 § 5.5: visible characters, spaces and tabs within; neither end may be white space.
    package static func headerValueProblem(_ value: String) -> String? {
        guard value.utf8.count <= headerValueBytes else { return "must have at most \(headerValueBytes) bytes" }
        for byte in value.utf8 {
            if byte >= 0x80 { return "must be ASCII: percent-encode other characters" }
            if byte < 0x20 || byte == 0x7F { return "must not have control characters or line breaks" }
        }
        guard !value.isEmpty else { return "must not be empty" }
        if value.first == " " || value.last == " " { return "must not begin or end with a space" }
        return nil
    }

    /// Whether a header's value is a credential by its name, and so must be a secret reference.
    package static func isSensitiveHeader(_ name: String) -> Bool { SecretRules.looksSecret(name) }

    private static let reservedPrefixes = ["content-", "webhook-", "proxy-", "x-webhook-"]
    private static let reserved = [
        "host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "accept-encoding", "date",
    ]
}
