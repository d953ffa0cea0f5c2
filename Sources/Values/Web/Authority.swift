/// A host and a port, as `--listen`, a URL and the `Host` field write them (RFC 3986 § 3.2, RFC 9110 § 7.2).
package struct Authority: Sendable, Hashable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without its brackets; empty where a `Host` field is.
    package let host: String
    /// Nil where none is written.
    package let port: Int?

    /// - Parameter host: an IPv6 address with or without brackets.
    package init(host: String, port: Int? = nil) {
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.port = port
    }

    /// Nil where the text is anything else, or its port none of 0 to 65535.
    package init?(_ text: String) {
        guard let parts = Self.parts(Array(text.utf8)) else { return nil }
        host = String(decoding: parts.host, as: UTF8.self)
        guard let digits = parts.port, !digits.isEmpty else {
            port = nil
            return
        }
        // More digits than the type holds are no number either.
        guard let number = UInt16(String(decoding: digits, as: UTF8.self)) else { return nil }
        port = Int(number)
    }

    /// IPv6 in brackets, which alone tell its colons from the one before the port.
    package var description: String { "\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host)\(port.map { ":\($0)" } ?? "")" }

    /// Whether this is a name, an IPv4 address or a bracketed IPv6 address, with or without a port; or nothing, which stands
    /// for a target without an authority. The grammar's port has any number of digits.
    package static func isValid(_ text: some Collection<UInt8>) -> Bool { parts(Array(text)) != nil }

    private static func parts(_ text: [UInt8]) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?)? {
        var (host, rest) = (text[..<0], text[...])
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = rest[1..<end]
            guard case .v6? = IPAddress(utf8: host) else { return nil }
            rest = rest[(end + 1)...]
        } else {
            host = rest.prefix { isNameByte($0) }
            rest = rest[host.endIndex...]
            guard !host.isEmpty || rest.isEmpty else { return nil }
        }
        guard let colon = rest.first else { return (host, nil) }
        let digits = rest.dropFirst()
        guard colon == UInt8(ascii: ":"), digits.allSatisfy(\.isASCIIDigit) else { return nil }
        return (host, digits)
    }

    /// `reg-name`: unreserved, percent sign, sub-delims.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "%"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="):
            true
        default: byte.isURLUnreserved
        }
    }
}
