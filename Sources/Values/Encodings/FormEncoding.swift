/// `application/x-www-form-urlencoded`, as every decoder reads it (WHATWG URL § 5.1, RFC 6749 appendix B).
///
/// Spared are the unreserved characters of RFC 3986 § 2.3: the serializer of WHATWG spares `*` and not `~`, which decodes to the same.
package enum FormEncoding {
    package static let mediaType = "application/x-www-form-urlencoded"

    /// `name=value&…`, in the given order.
    package static func text(_ fields: some Sequence<(name: String, value: String)>) -> String {
        fields.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }

    /// A space is `+`, everything but letters, digits and `-._~` is percent-encoded UTF-8.
    package static func encode(_ text: String) -> String {
        String(decoding: PercentEncoding.bytes(text, space: UInt8(ascii: "+")), as: UTF8.self)
    }

    /// Nil where a percent sign lacks its digits or the bytes are not UTF-8.
    package static func decode(_ text: some StringProtocol) -> String? { PercentEncoding.decode(text.utf8, plus: UInt8(ascii: " ")) }

    /// The fields of a form or a query, in their order; a name without `=` has an empty value, and what does not decode is taken as it
    /// is written, but for `+`.
    package static func fields(of text: some StringProtocol) -> [(name: String, value: String)] {
        text.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (taken(parts[0]), parts.count > 1 ? taken(parts[1]) : "")
        }
    }

    private static func taken(_ part: some Collection<UInt8>) -> String {
        PercentEncoding.decode(part, plus: UInt8(ascii: " "))
            ?? String(decoding: part.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }
}
