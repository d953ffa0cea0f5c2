package import HTTPTypes

/// Whose address a request comes from, where proxies stand before us.
///
/// `X-Forwarded-For` is read from the right, and only as far as each hop is a trusted proxy: what an untrusted sender
/// wrote on the left never counts.
package struct ForwardedAddress: Sendable {
    private let isTrusted: @Sendable (_ address: String) -> Bool

    /// - Parameter isTrusted: whether an address belongs to one of the operator's proxies (`--trusted-proxy`).
    package init(isTrusted: @escaping @Sendable (_ address: String) -> Bool) {
        self.isTrusted = isTrusted
    }

    /// Takes the socket's address as it is.
    package static let none = ForwardedAddress { _ in false }

    package func clientAddress(peer: String?, headers: HTTPFields) -> String? {
        guard let peer, isTrusted(peer) else { return peer }
        var address = peer
        let hops = headers[values: .xForwardedFor].flatMap { $0.split(separator: ",") }
        for hop in hops.reversed() {
            let text = hop.trimmingSpaces
            guard !text.isEmpty else { return address }
            address = text
            guard isTrusted(address) else { return address }
        }
        return address
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
