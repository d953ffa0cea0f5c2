import Values

/// The host and port of a `Host` header (RFC 9110 § 7.2, RFC 3986 § 3.2).
enum Authority {
    /// Whether this is a name, an IPv4 address or a bracketed IPv6 address, with or without a port; or nothing, which stands
    /// for a target without an authority.
    static func isValid(_ text: some Collection<UInt8>) -> Bool {
        var rest = Array(text)[...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")),
                case .v6? = IPAddress(utf8: rest[rest.startIndex + 1..<end])
            else { return false }
            rest = rest[(end + 1)...]
        } else {
            let name = rest.prefix { isNameByte($0) }
            rest = rest[name.endIndex...]
            guard !name.isEmpty || rest.isEmpty else { return false }
        }
        guard let colon = rest.first else { return true }
        return colon == UInt8(ascii: ":") && rest.dropFirst().allSatisfy(\.isASCIIDigit)
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
