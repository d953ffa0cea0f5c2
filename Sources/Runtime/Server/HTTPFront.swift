import HummingbirdCore
import Hummingbird
package import Logging
import NIOCore
internal import ServiceLifecycle
package import Spec

/// The listening socket, with the endpoints behind it.
///
/// On a graceful shutdown it stops accepting, lets what is being answered finish, and closes idle connections.
package struct HTTPFront: Service {
    private let application: Application<APIResponder>

    /// - Parameters:
    ///   - port: 0 for any free one; `onListening` tells which.
    ///   - keyChecks: answers plain key checks from the bytes, before the router; nil leaves them to it.
    package init(
        endpoints: [Endpoint], gate: Gate, forwarding: ForwardedAddress = .none, host: String, port: Int,
        keyChecks: KeyCheckFront? = nil, clock: @escaping @Sendable () -> Timestamp, logger: Logger, onListening: @escaping @Sendable (_ port: Int) -> Void
    ) {
        application = Application(
            responder: APIResponder(endpoints: endpoints, gate: gate, forwarding: forwarding, clock: clock),
            server: Self.server(keyChecks),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) },
            logger: logger)
    }

    private static func server(_ keyChecks: KeyCheckFront?) -> HTTPServerBuilder {
        guard let keyChecks else { return .http1(configuration: .init(idleTimeout: .seconds(75))) }
        // The handler in front sees what the channel behind does not, so it keeps the idle timer.
        return HTTPServerBuilder { responder in KeyCheckChannel(base: HTTP1Channel(responder: responder), front: keyChecks) }
    }

    package func run() async throws {
        try await application.run()
    }
}
