package import Values

/// The addresses that no public receiver has, from IANA's registries (RFC 6890 and successors).
///
/// All entries of the two special-purpose registries are here, those marked globally reachable too (AS112, TURN and PCP
/// anycast, AMT, ORCHID): infrastructure answers there, never a user's endpoint. Besides them multicast, site-local
/// addresses and all of IPv6 outside 2000::/3. The addresses of `MetadataEndpoint` are refused before this is asked.
package enum SpecialPurposeRegistry {
    package struct Entry: Sendable {
        package let network: CIDR
        /// What users read, such as `private network`.
        package let purpose: String
    }

    /// IPv4, narrow before wide where networks nest, so that the first match names the purpose best.
    package static let ipv4: [Entry] = entries([
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private network"),
        ("100.64.0.0/10", "shared address space"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private network"),
        ("192.0.0.8/32", "IPv4 dummy address"),
        ("192.0.0.9/32", "port control protocol anycast"),
        ("192.0.0.10/32", "TURN anycast"),
        ("192.0.0.170/31", "NAT64 discovery"),
        ("192.0.0.0/29", "IPv4 service continuity"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT"),
        ("192.88.99.0/24", "6to4 relay anycast"),
        ("192.168.0.0/16", "private network"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    ])

    /// IPv6 without the prefixes that carry an IPv4 address, which `AddressPolicy` decodes.
    package static let ipv6: [Entry] = entries([
        ("::/128", "unspecified address"),
        ("::1/128", "loopback"),
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b:1::/48", "local-use NAT64"),
        ("100::/64", "discard-only"),
        ("100:0:0:1::/64", "dummy prefix"),
        ("2001::/32", "Teredo"),
        ("2001:1::1/128", "port control protocol anycast"),
        ("2001:1::2/128", "TURN anycast"),
        ("2001:1::3/128", "DNS-SD service registration anycast"),
        ("2001:2::/48", "benchmarking"),
        ("2001:3::/32", "AMT"),
        ("2001:4:112::/48", "AS112"),
        ("2001:10::/28", "ORCHID"),
        ("2001:20::/28", "ORCHIDv2"),
        ("2001:30::/28", "drone remote identification"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "unique local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    ])

    /// The first entry that covers the address, or nil for one that anybody may have. Embedded IPv4 is not decoded here.
    package static func purpose(of address: IPAddress) -> String? {
        switch address {
        case .v4:
            return ipv4.first { $0.network.contains(address) }?.purpose
        case .v6(let bits):
            if let entry = ipv6.first(where: { $0.network.contains(address) }) { return entry.purpose }
            return bits >> 125 == 1 ? nil : "outside of the global unicast space"
        }
    }

    private static func entries(_ rows: [(String, String)]) -> [Entry] {
        rows.map { text, purpose in
            guard let network = CIDR(text) else { preconditionFailure("the registry holds no valid network `\(text)`") }
            return Entry(network: network, purpose: purpose)
        }
    }
}
