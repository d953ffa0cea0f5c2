import Logging
import NIOCore
import NIOEmbedded
import Testing
import Values

@testable import IntegrationRuntime

struct AcceptedConnectionTests {
    @Test(.timeLimit(.minutes(1)))
    func `a connection that comes while the server ends is closed, and does not end the process`() async throws {
        let world = try await KeyWorld()
        let clock: @Sendable () -> Timestamp = { [clock = world.clock] in clock.now }
        let api = APIChannel(
            responder: { _, _, _ in }, front: KeyCheckFront(checker: nil, forwarding: .none, clock: clock),
            connections: HTTPConnectionTable(maximum: 10))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let channel = NIOAsyncTestingChannel()
        // As the listener does it: set up, handed to nobody, and active only then.
        _ = try await channel.testingEventLoop.executeInContext { api.setup(channel: channel, logger: logger) }.get()
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
        try await channel.closeFuture.get()
    }
}
