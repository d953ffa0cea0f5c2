import Curl

/// `application/x-www-form-urlencoded` and percent-encoding of query values.
package enum OAuthEncoding {
    /// A body or the parts of a Basic credential: space becomes `+` (RFC 6749 appendix B).
    package static func encode(_ text: String) -> String {
        FormEncoding.escape(text)
    }

    /// A value in a query: space becomes `%20`, which every server reads alike.
    package static func query(_ text: String) -> String {
        // A plus sign of the text itself is `%2B` by then.
        FormEncoding.escape(text).replacing("+", with: "%20")
    }

    /// `a=1&b=2`, in the given order.
    package static func body(_ fields: [(name: String, value: String)]) -> String {
        FormEncoding.text(fields)
    }

    /// The names in a query string, decoded as far as they can be.
    package static func names(inQuery query: String) -> [String] {
        query.split(separator: "&").map { pair in
            let name = pair.prefix { $0 != "=" }
            return decode(name) ?? String(name)
        }
    }

    /// Nil where a percent sign lacks its digits or the bytes are not UTF-8.
    package static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
