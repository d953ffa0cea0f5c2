/// `application/x-www-form-urlencoded`, as every decoder reads it (WHATWG URL § 5.1, RFC 6749 appendix B).
///
/// Spared are the unreserved characters of RFC 3986 § 2.3, the only ones that mean themselves in every part of a URL: the
/// serializer of WHATWG spares `*` and not `~`, which decodes to the same.
package enum FormEncoding {
    /// `name=value&…`, in the given order.
    package static func text(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(escape($0.name))=\(escape($0.value))" }.joined(separator: "&")
    }

    /// A space is `+`, everything but letters, digits and `-._~` is percent-encoded UTF-8.
    package static func escape(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            case UInt8(ascii: " "):
                bytes.append(UInt8(ascii: "+"))
            default:
                bytes.append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 0x30 + digit : 0x37 + digit) }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
