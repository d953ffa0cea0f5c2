/// Percent-encoding of the parts of a URL (RFC 3986 § 2.1).
///
/// Spared are the unreserved characters of § 2.3, the only ones that mean themselves in every part of a URL.
package enum PercentEncoding {
    /// What stands in a query, or anywhere else as one piece: a space is `%20`, which every server reads alike.
    package static func encode(_ text: String) -> String {
        String(decoding: bytes(text, space: nil), as: UTF8.self)
    }

    /// One segment of a path, whatever it holds: full stops are encoded too, since `.` and `..` are no names there (§ 5.2.4).
    package static func segment(_ text: String) -> String {
        encode(text).replacing(".", with: "%2E")
    }

    /// `name=value&…`, in the given order.
    package static func query(_ fields: some Sequence<(name: String, value: String)>) -> String {
        fields.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }

    /// Nil where a percent sign lacks its digits or the bytes are not UTF-8.
    package static func decode(_ text: some StringProtocol) -> String? { decode(text.utf8, plus: UInt8(ascii: "+")) }

    /// - Parameter plus: what a plus sign stands for.
    static func decode(_ text: some Collection<UInt8>, plus: UInt8) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(plus)
            case UInt8(ascii: "%"):
                guard let high = rest.next()?.hexDigitValue, let low = rest.next()?.hexDigitValue else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// - Parameter space: what a space becomes; nil encodes it like the others.
    static func bytes(_ text: String, space: UInt8?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte.isURLUnreserved {
                bytes.append(byte)
            } else if byte == UInt8(ascii: " "), let space {
                bytes.append(space)
            } else {
                bytes.append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 15] {
                    bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
                }
            }
        }
        return bytes
    }
}

extension UInt8 {
    /// `unreserved` of RFC 3986 § 2.3.
    @inlinable package var isURLUnreserved: Bool {
        isASCIIAlphanumeric || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
            || self == UInt8(ascii: "~")
    }
}
