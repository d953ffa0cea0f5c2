/// The bytes of which header fields are made (RFC 9110 § 5).
extension UInt8 {
    /// `tchar` of § 5.6.2: names of fields and methods are tokens of these.
    @inlinable package var isHTTPToken: Bool {
        switch self {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: isASCIIAlphanumeric
        }
    }

    /// What may stand in a field's value (§ 5.5): no control characters but the tab.
    @inlinable package var isHTTPFieldContent: Bool { self >= 0x20 && self != 0x7F || self == 0x09 }

    /// `OWS` of § 5.6.3.
    @inlinable package var isHTTPSpace: Bool { self == 0x20 || self == 0x09 }
}

extension StringProtocol {
    /// Without the spaces and tabs at either end that are no part of a field's value or of an element of its list.
    package var trimmingHTTPSpace: SubSequence {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { $0 != " " && $0 != "\t" }),
            let last = scalars.lastIndex(where: { $0 != " " && $0 != "\t" })
        else { return self[startIndex..<startIndex] }
        return self[first..<scalars.index(after: last)]
    }
}

/// What an `Authorization` field holds.
package enum AuthorizationField {
    /// The credential behind `Bearer` in any case (RFC 6750 § 2.1, RFC 9110 § 11.1); nil for another scheme, or none behind it.
    package static func bearer(_ value: String) -> Substring? {
        guard value.hasCaselessPrefix("bearer ") else { return nil }
        let credential = value[value.utf8.index(value.startIndex, offsetBy: 7)...].trimmingHTTPSpace
        return credential.isEmpty ? nil : credential
    }
}
