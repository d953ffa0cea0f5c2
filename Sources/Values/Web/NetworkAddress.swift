/// An IPv4 or IPv6 address in its canonical spellings (RFC 791 dotted decimal without leading zeros; RFC 4291 § 2.2).
package struct NetworkAddress: Sendable, Hashable {
    /// 4 or 16 bytes in network order.
    package let bytes: [UInt8]

    package var isIPv6: Bool { bytes.count == 16 }

    package init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let bytes = Self.ipv6(text) else { return nil }
            self.bytes = bytes
        } else {
            guard let bytes = Self.ipv4(text[...]) else { return nil }
            self.bytes = bytes
        }
    }

    private static func ipv4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                part.utf8.count == 1 || part.utf8.first != 0x30, let value = UInt8(part)
            else { return nil }
            bytes.append(value)
        }
        return bytes
    }

    private static func ipv6(_ text: String) -> [UInt8]? {
        let halves = splitAtGap(text)
        guard halves.count <= 2 else { return nil }
        guard let head = groups(halves[0], isLast: halves.count == 1), let tail = halves.count == 2 ? groups(halves[1], isLast: true) : []
        else { return nil }
        if halves.count == 1 { return head.count == 16 ? head : nil }
        guard head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// The texts around each `::`.
    private static func splitAtGap(_ text: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = text[...]
        while let gap = gap(in: rest) {
            parts.append(rest[..<gap])
            rest = rest[rest.index(gap, offsetBy: 2)...]
        }
        return parts + [rest]
    }

    private static func gap(in text: Substring) -> Substring.Index? {
        var position = text.startIndex
        while position < text.endIndex {
            let next = text.index(after: position)
            if text[position] == ":", next < text.endIndex, text[next] == ":" { return position }
            position = next
        }
        return nil
    }

    private static func groups(_ text: Substring, isLast: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (position, part) in parts.enumerated() {
            if part.contains("."), isLast, position == parts.count - 1 {
                guard let address = ipv4(part) else { return nil }
                bytes += address
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                    let value = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
            }
        }
        return bytes.count <= 16 ? bytes : nil
    }
}
