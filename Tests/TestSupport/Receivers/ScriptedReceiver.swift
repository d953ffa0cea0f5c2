import NIOCore
import NIOPosix
import Synchronization

/// A small HTTP/1.1 server on loopback that records what it gets and answers, or misbehaves, as its script says.
///
/// Concurrency: the script runs on an event loop and must not block; everything shared is behind a mutex.
package final class ScriptedReceiver: Sendable {
    package struct Request: Sendable {
        package var method: String
        package var path: String
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]
        package var moment: ContinuousClock.Instant
        /// Counts accepted connections from 1.
        package var connection: Int

        package func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    package enum Reply: Sendable {
        case respond(Int, headers: [(String, String)] = [], body: [UInt8] = [], after: Duration = .zero)
        /// A head, then one byte of body at a time, without end.
        case drip(every: Duration)
        /// Nothing, ever.
        case hang
        /// The connection is closed without an answer.
        case reset
        /// Bytes that are no HTTP.
        case garbage
        /// An answer as it stands.
        case raw(String)
    }

    private struct State {
        var requests: [Request] = []
        var connections = 0
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var open: [ObjectIdentifier: any Channel] = [:]
    }

    private let state = Mutex(State())
    private let script: @Sendable (Request) -> Reply
    private let keepsRequests: Bool
    private let server = Mutex<(any Channel)?>(nil)

    package var port: Int { server.withLock { $0?.localAddress?.port } ?? 0 }
    package var url: String { "http://127.0.0.1:\(port)" }
    package var requests: [Request] { state.withLock { $0.requests } }
    package var connections: Int { state.withLock { $0.connections } }

    private init(keepsRequests: Bool, script: @escaping @Sendable (Request) -> Reply) {
        self.keepsRequests = keepsRequests
        self.script = script
    }

    /// Listens on a free port, or on `port`, of 127.0.0.1.
    package static func start(
        port: Int = 0, keepsRequests: Bool = true, script: @escaping @Sendable (Request) -> Reply
    ) async throws -> ScriptedReceiver {
        let receiver = ScriptedReceiver(keepsRequests: keepsRequests, script: script)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(ChannelOptions.backlog, value: 512)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = receiver.opened(channel)
                    try channel.pipeline.syncOperations.addHandler(ReceiverHandler(receiver: receiver, connection: number))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        receiver.server.withLock { $0 = channel }
        return receiver
    }

    /// Stops listening and closes every connection.
    package func stop() async {
        let channel = server.withLock { $0 }
        try? await channel?.close()
        for channel in state.withLock({ Array($0.open.values) }) { try? await channel.close() }
    }

    /// Returns once that many requests have come since the start.
    package func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.requests.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func opened(_ channel: any Channel) -> Int {
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.open[ObjectIdentifier(channel)] = nil } }
        return state.withLock { state in
            state.connections += 1
            state.open[ObjectIdentifier(channel)] = channel
            return state.connections
        }
    }

    fileprivate func answer(_ request: Request) -> Reply {
        let reply = script(request)
        guard keepsRequests else { return reply }
        let ready = state.withLock { state in
            state.requests.append(request)
            let ready = state.waiters.filter { $0.count <= state.requests.count }
            state.waiters.removeAll { $0.count <= state.requests.count }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
        return reply
    }
}

private final class ReceiverHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let receiver: ScriptedReceiver
    private let connection: Int
    private var buffer = ByteBuffer()

    init(receiver: ScriptedReceiver, connection: Int) {
        self.receiver = receiver
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        buffer.writeBuffer(&incoming)
        // A TLS greeting (RFC 8446 § 5.1): this side speaks plain HTTP, and says so as servers do.
        if buffer.readableBytesView.first == 0x16 {
            write("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", context: context)
            return context.close(promise: nil)
        }
        while let request = nextRequest() { perform(receiver.answer(request), context: context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func nextRequest() -> ScriptedReceiver.Request? {
        let view = buffer.readableBytesView
        guard let end = Self.endOfHead(view) else { return nil }
        let head = String(decoding: view[view.startIndex..<end], as: UTF8.self)
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)
        let start = lines[0].split(separator: " ")
        let headers = lines.dropFirst().map { line -> (name: String, value: String) in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        let headLength = end - view.startIndex + 4
        guard buffer.readableBytes >= headLength + length else { return nil }
        buffer.moveReaderIndex(forwardBy: headLength)
        let body = buffer.readBytes(length: length) ?? []
        buffer.discardReadBytes()
        return ScriptedReceiver.Request(
            method: String(start.first ?? ""), path: start.count > 1 ? String(start[1]) : "", headers: headers, body: body,
            moment: .now, connection: connection)
    }

    private static func endOfHead(_ view: ByteBufferView) -> Int? {
        guard view.count >= 4 else { return nil }
        var position = view.startIndex
        while position + 3 < view.endIndex {
            if view[position] == 13, view[position + 1] == 10, view[position + 2] == 13, view[position + 3] == 10 { return position }
            position += 1
        }
        return nil
    }

    private func perform(_ reply: ScriptedReceiver.Reply, context: ChannelHandlerContext) {
        switch reply {
        case .respond(let status, let headers, let body, let delay):
            var out = context.channel.allocator.buffer(capacity: 128 + body.count)
            out.writeString("HTTP/1.1 \(status) X\r\n")
            for (name, value) in headers { out.writeString("\(name): \(value)\r\n") }
            if status == 204 { out.writeString("\r\n") } else { out.writeString("content-length: \(body.count)\r\n\r\n") }
            out.writeBytes(body)
            if delay == .zero {
                context.writeAndFlush(wrapOutboundOut(out), promise: nil)
            } else {
                let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
                context.eventLoop.scheduleTask(in: TimeAmount(delay)) { [out] in
                    bound.value.writeAndFlush(NIOAny(out), promise: nil)
                }
            }
        case .drip(let interval):
            write("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", context: context)
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.eventLoop.scheduleRepeatedTask(initialDelay: TimeAmount(interval), delay: TimeAmount(interval)) { task in
                guard bound.value.channel.isActive else { return task.cancel() }
                bound.value.writeAndFlush(NIOAny(ByteBuffer(string: "x")), promise: nil)
            }
        case .hang: break
        case .reset: context.close(promise: nil)
        case .garbage:
            write("what is this\r\n\r\n", context: context)
            context.close(promise: nil)
        case .raw(let text): write(text, context: context)
        }
    }

    private func write(_ text: String, context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
