import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
internal import ServiceLifecycle
package import Values

/// The listening socket, with the endpoints behind it.
///
/// On a graceful shutdown it stops accepting, lets what is being answered finish, and closes idle connections.
package struct HTTPFront: Service {
    private let application: Application<APIResponder>
    private let host: String
    private let port: Int

    /// - Parameters:
    ///   - checker: answers key checks at the head of each connection; nil leaves them to the route.
    ///   - limits: what a connection, and all of them, may take.
    ///   - port: 0 for any free one; `onListening` tells which.
    package init(
        endpoints: [Endpoint], gate: Gate, forwarding: ForwardedAddress = .none, checker: KeyChecker? = nil,
        limits: HTTPConnectionLimits = HTTPConnectionLimits(), host: String, port: Int, clock: @escaping @Sendable () -> Timestamp,
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) -> Void
    ) {
        (self.host, self.port) = (host, port)
        let front = KeyCheckFront(checker: checker, forwarding: forwarding, limits: limits, clock: clock)
        let connections = HTTPConnectionTable(maximum: limits.maximumConnections)
        let server = HTTPServerBuilder { responder in APIChannel(responder: responder, front: front, connections: connections) }
        application = Application(
            responder: APIResponder(endpoints: endpoints, gate: gate, forwarding: forwarding, clock: clock),
            server: server,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) },
            logger: logger)
    }

    /// Throws `ListenError` where the address cannot be had.
    package func run() async throws {
        do {
            try await application.run()
        } catch  where error is IOError || error is SocketAddressError {
            throw ListenError(host: host, port: port, cause: error)
        }
    }
}
