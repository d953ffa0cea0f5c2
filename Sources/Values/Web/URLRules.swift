/// Which URLs a manifest and the HTTP API take.
package struct URLRules: Sendable {
    package var allowsQuery = true
    package var allowsFragment = false

    /// What webhooks are sent to.
    package static let receiver = URLRules()
    /// Endpoints of an authorization server (RFC 6749 § 3.1: "The endpoint URI MUST NOT include a fragment component").
    package static let endpoint = URLRules()
    /// RFC 6749 § 3.1.2: a redirection URI has no fragment either.
    package static let redirect = URLRules()
    /// Where a browser ends up; a page may need its fragment.
    package static let page = URLRules(allowsFragment: true)
    /// RFC 8414 § 2: "a URL that uses the "https" scheme and has no query or fragment components".
    package static let issuer = URLRules(allowsQuery: false)

    /// What is wrong, with the remedy; nil for a URL that is fine.
    package func problem(_ text: String) -> WebURL.Problem? {
        if Self.isPlain(text) { return nil }
        let url: WebURL
        do throws(WebURL.Problem) { url = try WebURL(text) } catch {
            return WebURL.Problem(description: error.description, revealsCredentials: text.utf8.contains(UInt8(ascii: "@")))
        }
        if url.hasUserInfo {
            return WebURL.Problem(
                description: "the URL has a user name or password in it: leave it out, and send credentials in a header",
                revealsCredentials: true)
        }
        if !url.isSecure, !url.isLoopback {
            return WebURL.Problem(description: "the URL must begin with `https://`: http is for loopback alone")
        }
        if !allowsQuery, url.query != nil {
            return WebURL.Problem(description: "the URL must not have a query: leave out what follows `?`")
        }
        if !allowsFragment, url.fragment != nil {
            return WebURL.Problem(description: "the URL must not have a fragment: leave out what follows `#`")
        }
        return nil
    }

    /// Whether the text is the common kind that every rule takes: `https://`, a name of letters, a path without escapes.
    ///
    /// Manifests have thousands of these; taking one apart costs ten times this look.
    private static func isPlain(_ text: String) -> Bool {
        let bytes = text.utf8.span
        let scheme: StaticString = "https://"
        guard bytes.count > scheme.utf8CodeUnitCount, bytes.count <= 2048, text.hasPrefix(scheme.description) else { return false }
        var position = scheme.utf8CodeUnitCount
        var previous = UInt8(ascii: ".")
        var labelLength = 0
        var lastLabelHasDigit = false
        while position < bytes.count, bytes[position] != UInt8(ascii: "/") {
            let current = bytes[position]
            switch current {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): labelLength += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                labelLength += 1
                lastLabelHasDigit = true
            case UInt8(ascii: "-"):
                guard previous != UInt8(ascii: ".") else { return false }
                labelLength += 1
            case UInt8(ascii: "."):
                guard previous != UInt8(ascii: "."), previous != UInt8(ascii: "-") else { return false }
                (labelLength, lastLabelHasDigit) = (0, false)
            default: return false
            }
            guard labelLength <= 63 else { return false }
            previous = current
            position += 1
        }
        guard previous != UInt8(ascii: "."), previous != UInt8(ascii: "-"), !lastLabelHasDigit, position <= 200 else { return false }
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
                position += 1
            default: return false
            }
        }
        return true
    }
}
