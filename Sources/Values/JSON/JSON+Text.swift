extension JSON {
    /// Compact text, byte for byte what ECMAScript's `JSON.stringify` writes for this value (ECMA-262 § 25.5.2).
    package var text: String {
        String(decoding: utf8, as: UTF8.self)
    }

    /// The bytes of `text`.
    package var utf8: [UInt8] {
        var writer = JSONWriter(sortsKeys: false, indents: false)
        writer.write(self, depth: 0)
        return writer.bytes
    }

    /// Compact text with keys in code point order: one text for one value, for digests and comparison.
    package var canonicalText: String {
        var writer = JSONWriter(sortsKeys: true, indents: false)
        writer.write(self, depth: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Two spaces an indent, for people.
    package var prettyText: String {
        var writer = JSONWriter(sortsKeys: false, indents: true)
        writer.write(self, depth: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

private struct JSONWriter {
    let sortsKeys: Bool
    let indents: Bool
    var bytes: [UInt8] = []

    init(sortsKeys: Bool, indents: Bool) {
        self.sortsKeys = sortsKeys
        self.indents = indents
    }

    mutating func write(_ value: JSON, depth: Int) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .number(let number): bytes += number.ecmaScriptText.utf8
        case .string(let text): write(text)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in values.enumerated() {
                separate(position, depth: depth + 1)
                write(element, depth: depth + 1)
            }
            close(values.isEmpty, "]", depth: depth)
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            let members = sortsKeys ? object.members.sorted { $0.key.precedes($1.key) } : object.members
            for (position, member) in members.enumerated() {
                separate(position, depth: depth + 1)
                write(member.key)
                bytes.append(UInt8(ascii: ":"))
                if indents { bytes.append(UInt8(ascii: " ")) }
                write(member.value, depth: depth + 1)
            }
            close(members.isEmpty, "}", depth: depth)
        }
    }

    private mutating func separate(_ position: Int, depth: Int) {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        if indents { breakLine(depth) }
    }

    private mutating func close(_ isEmpty: Bool, _ bracket: Unicode.Scalar, depth: Int) {
        if indents, !isEmpty { breakLine(depth) }
        bytes.append(UInt8(ascii: bracket))
    }

    private mutating func breakLine(_ depth: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    /// Escapes what ECMA-262 § 25.5.2.3 (QuoteJSONString) escapes, and nothing else: `/`, DEL and U+2028 stay.
    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += #"\""#.utf8
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case 0x08: bytes += #"\b"#.utf8
            case 0x09: bytes += #"\t"#.utf8
            case 0x0A: bytes += #"\n"#.utf8
            case 0x0C: bytes += #"\f"#.utf8
            case 0x0D: bytes += #"\r"#.utf8
            case 0x00..<0x20:
                bytes += #"\u00"#.utf8
                bytes.append(Self.hexadecimal[Int(byte >> 4)])
                bytes.append(Self.hexadecimal[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)
}

extension Double {
    /// Number::toString for radix 10 (ECMA-262 § 6.1.6.1.20); `null` where JSON has no number.
    package var ecmaScriptText: String {
        guard isFinite else { return "null" }
        if self == 0 { return "0" }
        if let whole = Int64(exactly: self), whole.magnitude < 1 << 53 { return String(whole) }
        // Swift prints the shortest digits that read back to the same value, as ECMAScript asks; only the layout differs.
        var digits: [UInt8] = []
        var exponent = 0
        var afterPoint = false
        var pointOffset = 0
        let text = Array(magnitude.description.utf8)
        var position = 0
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "."): afterPoint = true
            case UInt8(ascii: "e"):
                exponent = Int(String(decoding: text[(position + 1)...], as: UTF8.self)) ?? 0
                position = text.count
            case let digit:
                digits.append(digit)
                if !afterPoint { pointOffset += 1 }
            }
            position += 1
        }
        let leadingZeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leadingZeros)
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        // value = 0.DIGITS × 10^n
        let n = pointOffset - leadingZeros + exponent
        let k = digits.count
        let sign = self < 0 ? "-" : ""
        func string(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
        if k <= n, n <= 21 { return sign + string(digits) + String(repeating: "0", count: n - k) }
        if 0 < n, n <= 21 { return sign + string(digits[..<n]) + "." + string(digits[n...]) }
        if -6 < n, n <= 0 { return sign + "0." + String(repeating: "0", count: -n) + string(digits) }
        let power = n - 1 < 0 ? "e-\(1 - n)" : "e+\(n - 1)"
        return sign + string(digits[..<1]) + (k > 1 ? "." + string(digits[1...]) : "") + power
    }
}
