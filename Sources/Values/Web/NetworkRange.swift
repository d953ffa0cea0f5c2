/// A network such as `203.0.113.0/24`; an address alone is a network of one.
package struct NetworkRange: Sendable, Hashable {
    package let address: NetworkAddress
    /// Leading bits that count.
    package let prefixLength: Int

    package init?(_ text: String) {
        guard Self.problem(text) == nil else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = NetworkAddress(String(parts[0])) else { return nil }
        self.address = address
        prefixLength = parts.count == 2 ? Int(parts[1]) ?? 0 : address.bytes.count * 8
    }

    /// What is wrong with the text, with the remedy; nil for a network.
    package static func problem(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = NetworkAddress(String(parts[0])) else {
            return "\(quoted(text)) is no network: write one such as `203.0.113.0/24` or `2001:db8::/32`"
        }
        guard parts.count == 2 else { return nil }
        let bits = address.bytes.count * 8
        let digits = parts[1].utf8
        // `/024` is octal to some readers and refused by others.
        guard digits.count <= 3, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), digits.count == 1 || digits.first != 0x30,
            let length = Int(parts[1]), length <= bits
        else {
            return "\(quoted(text)) has no valid prefix length: write 0 to \(bits) behind the `/`, without a leading zero"
        }
        for bit in length..<bits where address.bytes[bit / 8] >> (7 - UInt8(bit % 8)) & 1 == 1 {
            return "\(quoted(text)) has bits set behind its first \(length): write the network's own address"
        }
        return nil
    }

    /// Whether the network has the address in it; an IPv4 address mapped into IPv6 counts as IPv4 (RFC 4291 § 2.5.5.2).
    package func contains(_ other: NetworkAddress) -> Bool {
        var bytes = other.bytes
        if !address.isIPv6, bytes.count == 16, bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] {
            bytes = Array(bytes.suffix(4))
        }
        guard bytes.count == address.bytes.count else { return false }
        for bit in 0..<prefixLength where (bytes[bit / 8] ^ address.bytes[bit / 8]) >> (7 - UInt8(bit % 8)) & 1 == 1 { return false }
        return true
    }
}
