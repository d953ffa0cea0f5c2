package import Values

/// Why an address may not be reached.
package enum AddressRefusal: Sendable, Hashable, CustomStringConvertible {
    /// Inside a special-purpose network, whose purpose is named.
    case specialPurpose(IPAddress, String)
    /// A metadata endpoint, or an address that carries one: no network that is opened includes it.
    case metadata(IPAddress)
    /// The name of a metadata endpoint.
    case metadataName(String)
    /// An IPv4 address in octal, hexadecimal or with numbers left out.
    case oddSpelling(String)
    /// Colons that form no IPv6 address, or one with a zone.
    case notAnAddress(String)
    /// `http` to an address that is not loopback.
    case plainHTTP(IPAddress)

    package var description: String {
        switch self {
        case .specialPurpose(let address, let purpose):
            "\(address) is a special-purpose address (\(purpose)): open its network with --allow-network if it is meant"
        case .metadata(let address):
            "\(address) is a special-purpose address (cloud metadata), which stays shut whatever --allow-network opens"
        case .metadataName(let host): "`\(host)` names a cloud's metadata service, which stays shut whatever --allow-network opens"
        case .oddSpelling(let host): "`\(host)` is an IPv4 address in an odd spelling: write four decimal numbers"
        case .notAnAddress(let host): "`\(host)` is no IPv6 address"
        case .plainHTTP(let address): "\(address) is not loopback, and plain http reaches loopback alone: use https"
        }
    }
}
