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
        let count = utf8.count
        guard count == other.utf8.count else { return false }
        let (mine, others) = (utf8.span, other.utf8.span)
        // Without a way out of the loop the compiler compares many bytes at a time.
        var difference: UInt8 = 0
        for position in 0..<count { difference |= mine[position] ^ others[position] }
        return difference == 0
    }

    /// Whether the bytes come before the other's.
    package func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }

    /// Feeds the bytes, eight at a time, then those that are left with the number of all.
    ///
    /// Not what `String` feeds, which is the same for all spellings of one text: keys chosen so would all collide.
    package func hashBytes(into hasher: inout Hasher) {
        let bytes = utf8.span
        var position = 0
        while position + 8 <= bytes.count {
            // One expression, so that the compiler reads the word at once.
            let low =
                UInt64(bytes[position]) | UInt64(bytes[position + 1]) << 8 | UInt64(bytes[position + 2]) << 16
                | UInt64(bytes[position + 3]) << 24
            let high =
                UInt64(bytes[position + 4]) | UInt64(bytes[position + 5]) << 8 | UInt64(bytes[position + 6]) << 16
                | UInt64(bytes[position + 7]) << 24
            hasher.combine(low | high << 32)
            position += 8
        }
        var rest = UInt64(truncatingIfNeeded: bytes.count)
        while position < bytes.count {
            rest = rest << 8 | UInt64(bytes[position])
            position += 1
        }
        hasher.combine(rest)
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
