extension IPAddress: CustomStringConvertible {
    /// Reads four decimal numbers without leading zeros, or IPv6 text (RFC 4291 § 2.2) without brackets and zone.
    ///
    /// Octal, hexadecimal and shortened IPv4 forms are nil here: `IPv4Spelling` knows them.
    package init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let bits = Self.ipv6(text) else { return nil }
            self = .v6(bits)
        } else {
            guard let bits = Self.ipv4(text) else { return nil }
            self = .v4(bits)
        }
    }

    private static func ipv4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard part.utf8.count <= 3, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"), let byte = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        return bits
    }

    private static func ipv6(_ text: String) -> UInt128? {
        var text = Substring(text)
        var groups: [UInt16] = []
        var tail: [UInt16] = []
        // The last 32 bits may be written as an IPv4 address.
        if text.utf8.contains(UInt8(ascii: ".")) {
            guard let colon = text.lastIndex(of: ":"), let low = ipv4(text[text.index(after: colon)...]) else { return nil }
            tail = [UInt16(low >> 16), UInt16(low & 0xFFFF)]
            text = text[...colon]
            // What remains ends in the colon before the IPv4 part, which separates unless it closes `::`.
            if !text.hasSuffix("::") { text = text.dropLast() }
        }
        func read(_ part: Substring) -> [UInt16]? {
            if part.isEmpty { return [] }
            var values: [UInt16] = []
            for group in part.split(separator: ":", omittingEmptySubsequences: false) {
                guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                    let value = UInt16(group, radix: 16)
                else { return nil }
                values.append(value)
            }
            return values
        }
        if let gap = text.range(of: "::") {
            guard let before = read(text[..<gap.lowerBound]), let after = read(text[gap.upperBound...]) else { return nil }
            let missing = 8 - before.count - after.count - tail.count
            guard missing >= 1 else { return nil }
            groups = before + Array(repeating: 0, count: missing) + after + tail
        } else {
            guard !text.isEmpty, let all = read(text) else { return nil }
            groups = all + tail
        }
        guard groups.count == 8 else { return nil }
        return groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// The canonical text (RFC 5952 § 4), IPv4 in decimal.
    package var description: String {
        switch self {
        case .v4(let bits):
            return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
        case .v6(let bits):
            if bits >> 32 == 0xFFFF { return "::ffff:\(IPAddress.v4(UInt32(truncatingIfNeeded: bits)))" }
            let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
            var longest = 0..<0
            var start = 0
            while start < 8 {
                var end = start
                while end < 8, groups[end] == 0 { end += 1 }
                if end - start > max(longest.count, 1) { longest = start..<end }
                start = max(end, start + 1)
            }
            func text(_ groups: ArraySlice<UInt16>) -> String { groups.map { String($0, radix: 16) }.joined(separator: ":") }
            if longest.isEmpty { return text(groups[...]) }
            return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
        }
    }
}

extension Substring {
    /// The first occurrence of a short ASCII text.
    fileprivate func range(of needle: String) -> Range<Index>? {
        var position = startIndex
        while position < endIndex {
            if self[position...].hasPrefix(needle) { return position..<index(position, offsetBy: needle.count) }
            position = index(after: position)
        }
        return nil
    }
}
