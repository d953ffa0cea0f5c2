package import Values

extension IPAddress {
    /// The IPv4 addresses that an IPv6 address may lead to through a translator or tunnel; empty for IPv4.
    ///
    /// Mapped and compatible (RFC 4291 § 2.5.5), translated (RFC 2765 § 2.1), NAT64 (RFC 6052 § 2.2, the local-use prefix of
    /// RFC 8215 with every length that fits), 6to4 (RFC 3056 § 2), Teredo (RFC 4380 § 4) and ISATAP (RFC 5214 § 6.1).
    package var carried: [IPAddress] {
        guard case .v6(let bits) = self else { return [] }
        var found: [UInt32] = []
        func low(_ shift: Int) -> UInt32 { UInt32(truncatingIfNeeded: bits >> UInt128(shift)) }
        switch bits >> 32 {
        case 0, 0xFFFF, 0xFFFF_0000, 0x0064_FF9B << 64: found.append(low(0))
        default: break
        }
        if bits >> 80 == 0x0064_FF9B_0001 {
            // Behind prefixes shorter than 96 bits, the octet of bits 64 to 71 is left out of the address.
            found += [
                low(64) << 16 | low(40) & 0xFFFF, low(64) << 24 | low(32) & 0xFF_FFFF, low(24), low(0),
            ]
        }
        if bits >> 112 == 0x2002 { found.append(low(80)) }
        if bits >> 96 == 0x2001_0000 { found.append(~low(0)) }
        if low(32) & 0xFDFF_FFFF == 0x5EFE { found.append(low(0)) }
        return found.map { .v4($0) }
    }
}
