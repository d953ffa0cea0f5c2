package import HTTPTypes
package import Values

/// Whose address a request comes from, where proxies stand before us.
///
/// `X-Forwarded-For` is read from the right, and only as far as each hop is a trusted proxy: what an untrusted sender
/// wrote on the left never counts.
package struct ForwardedAddress: Sendable {
    private let trusted: [CIDR]

    /// - Parameter trusted: the operator's proxies (`--trusted-proxy`).
    package init(trusted: [CIDR]) {
        self.trusted = trusted
    }

    /// Takes the socket's address as it is.
    package static let none = ForwardedAddress(trusted: [])

    /// Nil where nobody knows: behind a trusted proxy that wrote something else than an address.
    package func clientAddress(peer: IPAddress?, headers: HTTPFields) -> IPAddress? {
        guard let peer, isTrusted(peer) else { return peer }
        var address = peer
        let hops = headers[values: .xForwardedFor].flatMap { $0.split(separator: ",") }
        for hop in hops.reversed() {
            let text = hop.trimmingHTTPSpace
            guard !text.isEmpty else { return address }
            guard let next = IPAddress(text) else { return nil }
            address = next
            guard isTrusted(address) else { return address }
        }
        return address
    }

    private func isTrusted(_ address: IPAddress) -> Bool { trusted.contains { $0.contains(address) } }
}
