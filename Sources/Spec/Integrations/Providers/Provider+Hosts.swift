import Values

extension Provider {
    /// Whether a token may be sent to that host (RFC 9700 § 4.9).
    package func allows(host: String) -> Bool {
        allowedHosts.contains { pattern in
            pattern.hasPrefix("*.") ? host.hasSuffix(pattern.dropFirst()) && host.count >= pattern.count : pattern == host
        }
    }
}

extension Provider.OAuth.Regions {
    /// The URL in the region that a callback named; nil for a region that the catalogue does not know.
    ///
    /// Only the catalogue's own domain is replaced, and only at the end of the host.
    package func url(_ url: String, in region: String) -> String? {
        guard let replacement = domains[region], let parsed = try? WebURL(url),
            parsed.host == domain || parsed.host.hasSuffix(".\(domain)")
        else { return nil }
        var regional = parsed
        regional.isSecure = true
        regional.host = String(parsed.host.dropLast(domain.count)) + replacement
        regional.fragment = nil
        return regional.text
    }
}
