package import Values

/// Where clouds answer whoever asks from inside with the machine's own credentials.
///
/// No operator means these when a network is opened, and every server-side request forgery does; so they are refused
/// whatever is allowed, in every form that carries them.
package enum MetadataEndpoint {
    /// Instance metadata, credentials of containers, and the platform services that hand out secrets.
    package static let addresses: [IPAddress] = parsed([
        "169.254.169.254",  // most clouds
        "169.254.170.2",  // credentials of Amazon's containers
        "169.254.170.23",  // identities of Amazon's pods
        "169.254.0.23",  // Tencent
        "100.100.100.200",  // Alibaba
        "168.63.129.16",  // Azure's platform service
        "192.0.0.192",  // Oracle's first generation
        "fd00:ec2::254",  // Amazon
        "fd00:ec2::23",  // identities of Amazon's pods
        "fd20:ce::254",  // Google
        "fe80::a9fe:a9fe",  // 169.254.169.254 as a link-local address
    ])

    /// Names that resolvers inside a cloud answer with one of the addresses.
    package static let names = ["metadata.google.internal", "metadata.goog", "metadata", "instance-data", "instance-data.ec2.internal"]

    /// Whether the address is one of them, or carries one.
    package static func answers(at address: IPAddress) -> Bool {
        addresses.contains(address) || address.carried.contains { addresses.contains($0) }
    }

    /// Whether a host is one of the names, in any case and with or without the root's dot.
    package static func isNamed(_ host: some StringProtocol) -> Bool {
        var name = host.lowercased()
        while name.hasSuffix(".") { name.removeLast() }
        return names.contains(name)
    }

    private static func parsed(_ texts: [String]) -> [IPAddress] {
        texts.map { text in
            guard let address = IPAddress(text) else { preconditionFailure("the list of metadata endpoints holds `\(text)`") }
            return address
        }
    }
}
