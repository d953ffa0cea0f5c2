/// An IPv4 or IPv6 address as a number, most significant byte first.
package enum IPAddress: Sendable, Hashable {
    case v4(UInt32)
    case v6(UInt128)

    /// 32 or 128.
    package var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// `::ffff:a.b.c.d` as the IPv4 address that a socket would reach; anything else unchanged (RFC 4291 § 2.5.5.2).
    package var unmapped: IPAddress {
        if case .v6(let bits) = self, bits >> 32 == 0xFFFF { .v4(UInt32(truncatingIfNeeded: bits)) } else { self }
    }

    package var isLoopback: Bool {
        switch unmapped {
        case .v4(let bits): bits >> 24 == 127
        case .v6(let bits): bits == 1
        }
    }

    /// Bytes in network order.
    package init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }
}
