/// Text that users choose, as the state and JSON compare it: by its bytes.
///
/// `String` compares by canonical equivalence (UAX #15), under which `K8s` written with the Kelvin sign is `K8s`, and `café`
/// is the same composed or not. SQL, signatures and receivers compare bytes; a table in memory that does not keeps two
/// tenants as one. This is the key of such tables, and `isExactly` the comparison where no table is needed.
package struct ExactText: Sendable, Hashable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }
    package init(stringLiteral value: String) { text = value }

    package var description: String { text }

    package static func == (a: ExactText, b: ExactText) -> Bool { a.text.isExactly(b.text) }

    /// The order of the bytes, which is that of code points and of SQL's binary collation.
    package static func < (a: ExactText, b: ExactText) -> Bool { a.text.precedes(b.text) }

    package func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}

extension String {
    /// Whether both have the same UTF-8 bytes.
    package func isExactly(_ other: String) -> Bool {
        let (mine, others) = (utf8.span, other.utf8.span)
        guard mine.count == others.count else { return false }
        for position in mine.indices where mine[position] != others[position] { return false }
        return true
    }

    /// Whether the bytes come before the other's.
    package func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }

    /// Feeds the bytes and their number, eight at a time.
    package func hashBytes(into hasher: inout Hasher) {
        let bytes = utf8.span
        var word: UInt64 = 0
        for position in bytes.indices {
            word = word << 8 | UInt64(bytes[position])
            if position & 7 == 7 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(bytes.count)
    }
}

extension Sequence<String> {
    /// Whether an element has exactly these bytes.
    package func containsExactly(_ text: String) -> Bool { contains { $0.isExactly(text) } }
}

extension Dictionary where Key == ExactText {
    /// The value under a key of these bytes.
    package subscript(text: String) -> Value? {
        get { self[ExactText(text)] }
        set { self[ExactText(text)] = newValue }
    }

    package subscript(text: String, default value: @autoclosure () -> Value) -> Value {
        get { self[ExactText(text), default: value()] }
        set { self[ExactText(text)] = newValue }
    }
}
