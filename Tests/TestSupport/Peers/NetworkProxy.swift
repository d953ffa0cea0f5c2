import NIOCore
import NIOPosix
import Synchronization

/// Passes bytes between clients and a server, and stands for what a network does to them: it cuts, falls silent or loses an answer.
///
/// Clients reach it on a port of 127.0.0.1 and, where asked, on a Unix socket. It holds whatever a slow side has not yet taken.
///
/// Concurrency: callable from anywhere; connections live on event loops, and what is shared is behind a mutex.
package final class NetworkProxy: Sendable {
    /// The server's address.
    package enum Target: Sendable {
        /// On 127.0.0.1.
        case port(Int)
        case socket(path: String)
    }

    /// Which answer is lost.
    enum Loss: Sendable {
        case toMessage(containing: [UInt8])
        case answer(containing: [UInt8])
    }

    private struct State {
        var loss: Loss?
        var remaining = 0
        var lost = 0
        var isSilent = false
        var isRefusing = false
        var open: [ObjectIdentifier: any Channel] = [:]
        var connections = 0
    }

    private let state = Mutex(State())
    private let target: Target
    private let listeners = Mutex<[any Channel]>([])

    /// Of 127.0.0.1.
    package var port: Int { listeners.withLock { $0.first?.localAddress?.port } ?? 0 }
    /// How many connections were accepted since the start.
    package var connections: Int { state.withLock { $0.connections } }
    /// How many answers were lost as `loseAnswer` asked.
    package var lostAnswers: Int { state.withLock { $0.lost } }

    private init(target: Target) { self.target = target }

    /// Listens on a free port of 127.0.0.1 and, with a path, on a Unix socket.
    package static func start(to target: Target, socket path: String? = nil) async throws -> NetworkProxy {
        let proxy = NetworkProxy(target: target)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { proxy.accept($0) }
        let listener = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        proxy.listeners.withLock { $0.append(listener) }
        if let path {
            let listener = try await bootstrap.bind(unixDomainSocketPath: path).get()
            proxy.listeners.withLock { $0.append(listener) }
        }
        return proxy
    }

    /// Listens no more and closes every connection.
    package func stop() async {
        for listener in listeners.withLock({ $0 }) { try? await listener.close() }
        await cut()
    }

    // MARK: What befalls the connections

    /// Closes every present connection on both sides; new ones are passed on.
    package func cut() async {
        for channel in state.withLock({ Array($0.open.values) }) { try? await channel.close() }
    }

    /// Closes new connections at once from now on, or passes them on again.
    package func refuse(_ isRefusing: Bool = true) { state.withLock { $0.isRefusing = isRefusing } }

    /// Passes nothing on from now on, in either direction, and closes nothing; new connections are accepted and stay silent.
    package func fallSilent() async throws {
        let open = state.withLock { state in
            state.isSilent = true
            return Array(state.open.values)
        }
        for channel in open { try? await channel.setOption(.autoRead, value: false).get() }
    }

    /// Passes on again, first of all what had to wait.
    package func speak() async throws {
        let open = state.withLock { state in
            state.isSilent = false
            return Array(state.open.values)
        }
        for channel in open { try? await channel.setOption(.autoRead, value: true).get() }
    }

    /// Loses the answer to the n-th message from now on, over all connections, in which a client sends that text.
    ///
    /// The message reaches the server. What the server says from there on reaches nobody, and once it is ready for the next query (the
    /// message `Z` of PostgreSQL's protocol) the client's connection is closed, and the server sees an orderly end.
    package func loseAnswer(toMessageContaining text: String, number: Int = 1) {
        state.withLock { ($0.loss, $0.remaining) = (.toMessage(containing: Array(text.utf8)), number) }
    }

    /// Loses the n-th answer from now on, over all connections, in which the server sends that text, and closes that connection.
    ///
    /// PostgreSQL answers `COMMIT` when it has committed, whatever the client's bytes looked like.
    package func loseAnswer(containing text: String, number: Int = 1) {
        state.withLock { ($0.loss, $0.remaining) = (.answer(containing: Array(text.utf8)), number) }
    }

    // MARK: For the handlers

    private func accept(_ client: any Channel) -> EventLoopFuture<Void> {
        let isRefused = state.withLock { state in
            state.connections += 1
            return state.isRefusing
        }
        if isRefused { return client.close() }
        let bootstrap = ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false).channelOption(.allowRemoteHalfClosure, value: true)
        let server =
            switch target {
            case .port(let port): bootstrap.connect(host: "127.0.0.1", port: port)
            case .socket(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        return server.flatMapThrowing { server in
            let relay = Relay(proxy: self, client: client, server: server)
            try client.pipeline.syncOperations.addHandler(RelayHandler(relay, isClient: true))
            try server.pipeline.syncOperations.addHandler(RelayHandler(relay, isClient: false))
            self.opened(client)
            self.opened(server)
        }.flatMapErrorThrowing { error in
            client.close(promise: nil)
            throw error
        }
    }

    private func opened(_ channel: any Channel) {
        let isSilent = state.withLock { state in
            state.open[ObjectIdentifier(channel)] = channel
            return state.isSilent
        }
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.open[ObjectIdentifier(channel)] = nil } }
        if !isSilent { _ = channel.setOption(.autoRead, value: true) }
    }

    /// What is looked for now in the bytes of one direction.
    fileprivate func needle(fromClient: Bool) -> [UInt8]? {
        state.withLock { state in
            switch (state.loss, fromClient) {
            case (.toMessage(let needle), true), (.answer(let needle), false): needle
            default: nil
            }
        }
    }

    /// Counts one that was found; true for the one whose answer is to be lost.
    fileprivate func found() -> Bool {
        state.withLock { state in
            guard state.remaining > 0 else { return false }
            state.remaining -= 1
            if state.remaining == 0 { state.loss = nil }
            return state.remaining == 0
        }
    }

    fileprivate func hasLost() { state.withLock { $0.lost += 1 } }
}

/// One client's connection and the one that was made for it; lives on their common event loop.
private final class Relay {
    private let proxy: NetworkProxy
    private let client: any Channel
    private let server: any Channel
    private var isLosing = false
    /// The last bytes of each direction, in which a text may have begun.
    private var tails: (client: [UInt8], server: [UInt8]) = ([], [])

    init(proxy: NetworkProxy, client: any Channel, server: any Channel) {
        (self.proxy, self.client, self.server) = (proxy, client, server)
    }

    func pass(_ buffer: ByteBuffer, fromClient: Bool) {
        let bytes = Array(buffer.readableBytesView)
        if fromClient {
            if let needle = proxy.needle(fromClient: true), finds(needle, in: bytes, after: &tails.client) { isLosing = true }
            server.writeAndFlush(buffer, promise: nil)
        } else if isLosing {
            tails.server = (tails.server + bytes).suffix(Self.ready.count + 1)
            if tails.server.starts(with: Self.ready) { lose() }
        } else if let needle = proxy.needle(fromClient: false), finds(needle, in: bytes, after: &tails.server) {
            isLosing = true
            lose()
        } else {
            client.writeAndFlush(buffer, promise: nil)
        }
    }

    /// The end of one direction.
    func end(fromClient: Bool) { (fromClient ? server : client).close(mode: .output, promise: nil) }

    /// The end of one connection, which is the other's too, but for a server that still works on what its client cannot hear.
    func close(fromClient: Bool) {
        if !fromClient { client.close(promise: nil) } else if !isLosing { server.close(promise: nil) }
    }

    /// ReadyForQuery but for its last byte, the state of the transaction.
    private static let ready: [UInt8] = [UInt8(ascii: "Z"), 0, 0, 0, 5]

    private func lose() {
        proxy.hasLost()
        client.close(promise: nil)
        server.close(mode: .output, promise: nil)
    }

    private func finds(_ needle: [UInt8], in bytes: [UInt8], after tail: inout [UInt8]) -> Bool {
        let text = tail + bytes
        tail = text.suffix(needle.count - 1)
        guard text.count >= needle.count else { return false }
        for start in 0...(text.count - needle.count) where text[start] == needle[0] && text[start...].starts(with: needle) {
            if proxy.found() { return true }
        }
        return false
    }
}

private final class RelayHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let relay: Relay
    private let isClient: Bool

    init(_ relay: Relay, isClient: Bool) { (self.relay, self.isClient) = (relay, isClient) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { relay.pass(unwrapInboundIn(data), fromClient: isClient) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { relay.end(fromClient: isClient) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        relay.close(fromClient: isClient)
        context.fireChannelInactive()
    }
}
