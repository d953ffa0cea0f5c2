extension WebURL {
    /// Scheme, host and port, the scheme's own port written out: who is spoken to (RFC 6454 § 4).
    package var origin: String { address(port: port ?? (isSecure ? 443 : 80)) }

    /// Origin, path and query: which receiver is spoken to where many share a host.
    package var destination: String { "\(origin)\(path.isEmpty ? "/" : path)\(query.map { "?\($0)" } ?? "")" }

    /// Scheme and host, and the port where one is written.
    package var base: String { address(port: port) }

    /// The whole again, without a user name or password.
    package var text: String { "\(base)\(path)\(query.map { "?\($0)" } ?? "")\(fragment.map { "#\($0)" } ?? "")" }

    private func address(port: Int?) -> String {
        "\(isSecure ? "https" : "http")://\(Authority(host: host, port: port))"
    }

    /// Adds to the query of a URL, whose own stays, as does its fragment (RFC 6749 § 3.1); the rest of the text is not touched.
    ///
    /// - Parameter query: encoded.
    package static func adding(_ query: String, to url: String) -> String {
        let fragment = url.utf8.firstIndex(of: UInt8(ascii: "#")) ?? url.endIndex
        let address = url[..<fragment]
        let mark = address.utf8.firstIndex(of: UInt8(ascii: "?"))
        let joint = mark.map { address.utf8.index(after: $0) == address.endIndex ? "" : "&" } ?? "?"
        return "\(address)\(joint)\(query)\(url[fragment...])"
    }
}
