package import Values

/// Which addresses outgoing requests may reach: the public ones, and networks that the operator opened.
package struct AddressPolicy: Sendable, Hashable {
    /// Networks open although they are special-purpose; metadata endpoints inside them stay shut.
    package var allowed: [CIDR]
    /// Whether `http` may reach addresses other than loopback; off but for tests and measurements.
    package var allowsPlainHTTP: Bool

    package init(allowed: [CIDR] = [], allowsPlainHTTP: Bool = false) {
        self.allowed = allowed
        self.allowsPlainHTTP = allowsPlainHTTP
    }

    /// Nil where a connection may be opened.
    ///
    /// Addresses that carry an IPv4 address are judged by it: mapped (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056).
    package func refusal(of address: IPAddress) -> AddressRefusal? {
        if MetadataEndpoint.answers(at: address) { return .metadata(address) }
        if allowed.contains(where: { $0.contains(address) }) { return nil }
        let target = address.unmapped
        guard case .v6(let bits) = target else {
            return SpecialPurposeRegistry.purpose(of: target).map { .specialPurpose(address, $0) }
        }
        if bits >> 32 == 0x0064_FF9B_0000_0000_0000_0000 {
            let inner = IPAddress.v4(UInt32(truncatingIfNeeded: bits))
            return SpecialPurposeRegistry.purpose(of: inner).map { .specialPurpose(address, "\($0) behind NAT64") }
        }
        if bits >> 112 == 0x2002 {
            let inner = IPAddress.v4(UInt32(truncatingIfNeeded: bits >> 80))
            return SpecialPurposeRegistry.purpose(of: inner).map { .specialPurpose(address, "\($0) behind 6to4") }
        }
        return SpecialPurposeRegistry.purpose(of: target).map { .specialPurpose(address, $0) }
    }

    /// Judges the host of a URL as far as text can: a literal, with or without brackets, or an odd IPv4 spelling.
    ///
    /// Nil for names but those of metadata endpoints: what they resolve to is checked when the connection is opened.
    package func refusal(ofHost host: String) -> AddressRefusal? {
        let bare = Authority(host: host).host
        if let address = IPAddress(bare) { return refusal(of: address) }
        if MetadataEndpoint.isNamed(bare) { return .metadataName(bare) }
        if IPv4Spelling.isOdd(bare) { return .oddSpelling(bare) }
        if bare.contains(":") { return .notAnAddress(bare) }
        return nil
    }
}
