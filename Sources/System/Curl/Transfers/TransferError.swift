/// Why no answer came; holds neither headers nor bodies nor the URL.
package struct TransferError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        /// The URL, the method or a header cannot be sent.
        case invalidRequest = "invalid_request"
        /// The name does not resolve.
        case dns = "dns_error"
        /// Nobody listens, or no route leads there.
        case connectionRefused = "connection_refused"
        /// The connection ended before the answer did.
        case connectionReset = "connection_reset"
        /// No connection in time, or no whole answer in time.
        case timeout
        /// Handshake or certificate.
        case tls = "tls_error"
        /// The address policy forbids the peer.
        case refusedByGuard = "address_refused"
        case bodyTooLarge = "response_too_large"
        case headersTooLarge = "headers_too_large"
        /// Something arrived that is no HTTP.
        case protocolViolation = "invalid_response"
        /// The waiting task was cancelled.
        case cancelled
        /// The client was shut down before or during the transfer.
        case closed
    }

    package var kind: Kind
    /// For people; never decided upon.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
