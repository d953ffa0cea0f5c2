/// A network in prefix notation, such as `203.0.113.0/24` (RFC 4632 § 3.1) or `2001:db8::/32`.
package struct CIDR: Sendable, Hashable, CustomStringConvertible {
    /// The lowest address: bits behind the prefix are zero.
    package let base: IPAddress
    /// Bits that count, 0 to the width of the address.
    package let prefixLength: Int

    package init?(base: IPAddress, prefixLength: Int) {
        guard (0...base.width).contains(prefixLength) else { return nil }
        self.prefixLength = prefixLength
        self.base = base.masked(to: prefixLength)
    }

    /// Reads `ADDRESS/LENGTH`; a bare address is the network of that address alone. Host bits are dropped.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(base: base, prefixLength: base.width)
            return
        }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.count == 1 || digits.first != UInt8(ascii: "0"), let length = Int(parts[1])
        else { return nil }
        self.init(base: base, prefixLength: length)
    }

    /// Whether the address lies inside; an IPv4-mapped address counts as the IPv4 address it carries as well.
    package func contains(_ address: IPAddress) -> Bool {
        let candidates = address == address.unmapped ? [address] : [address, address.unmapped]
        return candidates.contains { $0.width == base.width && $0.masked(to: prefixLength) == base }
    }

    package var description: String { "\(base)/\(prefixLength)" }
}

extension IPAddress {
    fileprivate func masked(to length: Int) -> IPAddress {
        switch self {
        case .v4(let bits): .v4(length == 0 ? 0 : bits & ~0 << UInt32(32 - length))
        case .v6(let bits): .v6(length == 0 ? 0 : bits & ~0 << UInt128(128 - length))
        }
    }
}
