import Values

/// A header or trailer line (RFC 9112 § 5): a token, a colon, a value with the white space around it taken off.
///
/// Folded lines, white space before the colon and control characters are refused, as the RFC lets a server do.
struct FieldLine: Hashable {
    let name: String
    let value: String

    /// - Parameter line: without its end.
    init?(_ line: ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), Self.isToken(line[..<colon]) else { return nil }
        var value = line[line.index(after: colon)...]
        while let first = value.first, first.isHTTPSpace { value.removeFirst() }
        while let last = value.last, last.isHTTPSpace { value.removeLast() }
        guard value.allSatisfy(\.isHTTPFieldContent) else { return nil }
        name = String(decoding: line[..<colon], as: UTF8.self)
        self.value = String(decoding: value, as: UTF8.self)
    }

    static func isToken(_ bytes: ArraySlice<UInt8>) -> Bool { !bytes.isEmpty && bytes.allSatisfy(\.isHTTPToken) }
}
