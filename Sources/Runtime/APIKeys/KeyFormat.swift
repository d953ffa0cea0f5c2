import Spec
package import Values

/// How a key is written: `PREFIX_`, 43 base62 characters (256 bits), 6 base62 characters of CRC-32 over all before them.
///
/// The checksum lets mistyped and made-up keys be refused before anything is hashed or looked up; it protects nothing.
package enum KeyFormat {
    package static let randomCount = 43
    package static let checksumCount = 6
    /// Longer texts are no key; leaves room for a prefix of 40.
    package static let maximumBytes = 96

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// A new key from the system's generator.
    package static func generate(prefix: String) -> Secret {
        var random = SystemRandomNumberGenerator()
        return generate(prefix: prefix, using: &random)
    }

    /// A new key; every character is drawn uniformly, bytes of 248 and more being thrown away (248 = 4 × 62).
    package static func generate(prefix: String, using random: inout some RandomNumberGenerator) -> Secret {
        var body = Array("\(prefix)_".utf8)
        let end = body.count + randomCount
        while body.count < end {
            var bits: UInt64 = random.next()
            for _ in 0..<8 where body.count < end {
                let byte = UInt8(truncatingIfNeeded: bits)
                bits >>= 8
                if byte < 248 { body.append(alphabet[Int(byte % 62)]) }
            }
        }
        return Secret(String(decoding: body + checksum(body), as: UTF8.self))
    }

    /// The six characters that belong behind these bytes, the most significant first.
    package static func checksum(_ body: some Sequence<UInt8>) -> [UInt8] {
        var value = CRC32.checksum(body)
        var characters = [UInt8](repeating: alphabet[0], count: checksumCount)
        for index in stride(from: checksumCount - 1, through: 0, by: -1) {
            characters[index] = alphabet[Int(value % 62)]
            value /= 62
        }
        return characters
    }

    /// Whether the text has a key's form and its checksum fits.
    package static func isWellFormed(_ text: Swift.Span<UInt8>) -> Bool {
        let tail = randomCount + checksumCount
        guard text.count > tail + 1, text.count <= maximumBytes, text[text.count - tail - 1] == UInt8(ascii: "_") else { return false }
        for index in 0..<(text.count - tail - 1) {
            guard isAlphanumeric(text[index]) || text[index] == UInt8(ascii: "_") else { return false }
        }
        var value: UInt64 = 0
        for index in (text.count - tail)..<text.count {
            guard let digit = digit(text[index]) else { return false }
            if index >= text.count - checksumCount { value = value * 62 + UInt64(digit) }
        }
        return value == UInt64(CRC32.checksum(text.extracting(0..<(text.count - checksumCount))))
    }

    package static func isWellFormed(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return isWellFormed(bytes.span)
    }

    /// The prefix and the first four characters behind it, by which a person tells keys apart.
    package static func hint(of key: Secret) -> String {
        "\(key.reveal().dropLast(randomCount + checksumCount - 4))…"
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { digit(byte) != nil }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 36
        default: nil
        }
    }
}
