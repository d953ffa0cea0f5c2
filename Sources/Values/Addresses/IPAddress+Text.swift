extension IPAddress: CustomStringConvertible {
    /// Reads four decimal numbers without leading zeros, or IPv6 text (RFC 4291 § 2.2) without brackets and zone.
    ///
    /// Octal, hexadecimal and shortened IPv4 forms are nil here: `IPv4Spelling` knows them.
    package init?(_ text: some StringProtocol) { self.init(utf8: text.utf8) }

    /// The same of text as bytes.
    package init?(utf8 text: some Collection<UInt8>) {
        // No address is longer than eight groups of four digits, the last two of them written as IPv4.
        guard text.count <= 45 else { return nil }
        let bytes = Array(text)[...]
        if bytes.contains(UInt8(ascii: ":")) {
            guard let bits = Self.ipv6(bytes) else { return nil }
            self = .v6(bits)
        } else {
            guard let bits = Self.ipv4(bytes) else { return nil }
            self = .v4(bits)
        }
    }

    private static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32? {
        var (bits, dots) = (0 as UInt32, 0)
        var number: UInt32?
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard let octet = number, dots < 3 else { return nil }
                (bits, dots, number) = (bits << 8 | octet, dots + 1, nil)
            } else {
                // A digit behind a zero is octal to some readers.
                guard byte.isASCIIDigit, number != 0 else { return nil }
                let octet = (number ?? 0) * 10 + UInt32(byte - UInt8(ascii: "0"))
                guard octet <= 255 else { return nil }
                number = octet
            }
        }
        guard let last = number, dots == 3 else { return nil }
        return bits << 8 | last
    }

    private static func ipv6(_ text: ArraySlice<UInt8>) -> UInt128? {
        var groups: [UInt16] = []
        // How many groups stand before `::`.
        var gap: Int?
        var rest = text
        if rest.starts(with: "::".utf8) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let part = rest.prefix { $0 != UInt8(ascii: ":") }
            rest = rest[part.endIndex...]
            if rest.isEmpty, part.contains(UInt8(ascii: ".")) {
                // The last 32 bits may be written as an IPv4 address.
                guard let low = ipv4(part) else { return nil }
                groups += [UInt16(low >> 16), UInt16(low & 0xFFFF)]
            } else {
                guard let value = group(part) else { return nil }
                groups.append(value)
            }
            if rest.starts(with: "::".utf8) {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst(2)
            } else if !rest.isEmpty {
                rest = rest.dropFirst()
                guard !rest.isEmpty else { return nil }
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        return groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    private static func group(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(digits.count) else { return nil }
        var value: UInt16 = 0
        for byte in digits {
            guard let digit = byte.hexDigitValue else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
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
