extension WebURL {
    /// Scheme, host and port, the scheme's own port written out: who is spoken to (RFC 6454 § 4).
    package var origin: String {
        "\(isSecure ? "https" : "http")://\(hostIsIPv6 ? "[\(host)]" : host):\(port ?? (isSecure ? 443 : 80))"
    }

    /// Origin, path and query: which receiver is spoken to where many share a host.
    package var destination: String { "\(origin)\(path.isEmpty ? "/" : path)\(query.map { "?\($0)" } ?? "")" }
}
