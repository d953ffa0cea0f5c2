/// Writes one object of canonical JSON straight to bytes; the caller gives the members in code point order of their keys.
///
/// The same text as `JSON.canonicalText`, without building the tree: a plan of ten thousand resources writes ten thousand.
package struct CanonicalObject: ~Copyable {
    package private(set) var bytes: [UInt8]
    private var isEmpty = true

    package init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
        bytes.append(UInt8(ascii: "{"))
    }

    /// The finished text.
    package consuming func text() -> String {
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    package mutating func member(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        self.key(key)
        append(value)
    }

    private mutating func key(_ key: StaticString) {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
        bytes.append(UInt8(ascii: "\""))
        bytes += key.description.utf8
        bytes += "\":".utf8
    }

    private mutating func append(_ text: String) {
        let needsEscape = text.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        if needsEscape {
            bytes += JSON.string(text).text.utf8
        } else {
            bytes.append(UInt8(ascii: "\""))
            bytes += text.utf8
            bytes.append(UInt8(ascii: "\""))
        }
    }
}
