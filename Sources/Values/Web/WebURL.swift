/// An absolute `http` or `https` URL taken apart strictly (RFC 3986 § 3): nothing is repaired, so nothing is read two ways.
package struct WebURL: Sendable, Hashable {
    package var isSecure: Bool
    /// Lower case; an IPv6 address in its canonical text, without its brackets.
    package var host: String
    /// Nil where the scheme's own port is meant.
    package var port: Int?
    package var hasUserInfo: Bool
    /// From the first `/` to before `?` or `#`; may be empty.
    package var path: String
    package var query: String?
    package var fragment: String?

    /// What is wrong with a text that is no such URL.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package var description: String
        /// Whether the text has a password or token in it, and is not to be shown.
        package var revealsCredentials = false
        /// Whether the host is an IPv4 address in an odd spelling, which resolvers reach all the same.
        package var hidesAddress = false
    }

    package init(_ text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw Problem(description: "the URL is empty") }
        guard bytes.count <= 2048 else { throw Problem(description: "the URL is longer than 2048 characters") }
        try Self.checkCharacters(bytes)
        let schemeLength: Int
        if text.hasCaselessPrefix("https://") {
            (isSecure, schemeLength) = (true, 8)
        } else if text.hasCaselessPrefix("http://") {
            (isSecure, schemeLength) = (false, 7)
        } else {
            throw Problem(description: "the URL must begin with `https://`")
        }
        let authorityEnd =
            bytes[schemeLength...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
            ?? bytes.count
        let authority = bytes[schemeLength..<authorityEnd]
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        hasUserInfo = at != nil
        let hostAndPort = authority[(at.map { $0 + 1 } ?? schemeLength)...]
        (host, port) = try Self.hostAndPort(hostAndPort)
        let fragmentStart = bytes[authorityEnd...].firstIndex(of: UInt8(ascii: "#"))
        let beforeFragment = bytes[authorityEnd..<(fragmentStart ?? bytes.count)]
        let queryStart = beforeFragment.firstIndex(of: UInt8(ascii: "?"))
        path = String(decoding: beforeFragment[..<(queryStart ?? beforeFragment.endIndex)], as: UTF8.self)
        query = queryStart.map { String(decoding: beforeFragment[($0 + 1)...], as: UTF8.self) }
        fragment = fragmentStart.map { String(decoding: bytes[($0 + 1)...], as: UTF8.self) }
    }

    /// Whether the host is this machine by its spelling alone: `localhost` or a loopback address.
    package var isLoopback: Bool {
        IPAddress(host)?.isLoopback ?? (host == "localhost" || host.hasSuffix(".localhost"))
    }

    private static func checkCharacters(_ bytes: [UInt8]) throws(Problem) {
        for (position, byte) in bytes.enumerated() {
            switch byte {
            case 0x00..<0x20, 0x7F: throw Problem(description: "the URL has a control character in it")
            case UInt8(ascii: " "): throw Problem(description: "the URL has a space in it: write `%20`")
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "^"), UInt8(ascii: "`"),
                UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                throw Problem(description: "the URL has `\(Character(Unicode.Scalar(byte)))` in it, which must be percent-encoded")
            case 0x80...:
                throw Problem(
                    description: "the URL has characters beyond ASCII: percent-encode the path, and write the host in its `xn--` form")
            case UInt8(ascii: "%"):
                guard position + 2 < bytes.count, bytes[position + 1].hexDigitValue != nil,
                    bytes[position + 2].hexDigitValue != nil
                else {
                    throw Problem(description: "the URL has a `%` without two hexadecimal digits behind it")
                }
            default: break
            }
        }
    }

    private static func hostAndPort(_ text: ArraySlice<UInt8>) throws(Problem) -> (host: String, port: Int?) {
        var rest = text
        var host: ArraySlice<UInt8>
        var isIPv6 = false
        if rest.first == UInt8(ascii: "[") {
            guard let close = rest.firstIndex(of: UInt8(ascii: "]")) else {
                throw Problem(description: "the URL lacks the `]` behind its IPv6 address")
            }
            host = rest[(rest.startIndex + 1)..<close]
            rest = rest[(close + 1)...]
            isIPv6 = true
        } else {
            let colon = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            host = rest[..<colon]
            rest = rest[colon...]
        }
        var port: Int?
        if rest.first == UInt8(ascii: ":") {
            let digits = rest.dropFirst()
            guard digits.count <= 5, digits.allSatisfy(\.isASCIIDigit), let number = Int(String(decoding: digits, as: UTF8.self)),
                (1...65_535).contains(number)
            else { throw Problem(description: "the port in the URL must be 1 to 65535") }
            port = number
        } else if !rest.isEmpty {
            throw Problem(description: "the URL has text behind its IPv6 address")
        }
        guard !host.isEmpty else { throw Problem(description: "the URL has no host") }
        guard isIPv6 else {
            try checkName(host)
            return (String(decoding: host, as: UTF8.self).lowercased(), port)
        }
        guard let address = IPAddress(utf8: host), case .v6 = address else {
            throw Problem(description: "the URL has an invalid IPv6 address")
        }
        return (address.description, port)
    }

    private static func checkName(_ host: ArraySlice<UInt8>) throws(Problem) {
        guard host.count <= 253 else { throw Problem(description: "the host in the URL is longer than 253 characters") }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for label in labels {
            guard !label.isEmpty, label.count <= 63, label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-"),
                label.allSatisfy({ $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
            else { throw Problem(description: "the URL has an invalid host") }
        }
        // Only the plain spelling says which address is meant.
        guard !IPv4Spelling.isOdd(String(decoding: host, as: UTF8.self)) else {
            throw Problem(
                description: "the URL has an IPv4 address in an odd spelling: write four decimal numbers, as in 192.0.2.1",
                hidesAddress: true)
        }
    }
}
