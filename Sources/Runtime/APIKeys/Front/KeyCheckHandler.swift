import HTTPTypes
import NIOCore
import Values

/// Answers key checks at the head of the pipeline, from the bytes, and hands everything else on untouched.
///
/// A connection starts in front: each whole plain check is decided from memory and answered in the order in which it came.
/// The first thing that is no plain check (`PlainRequest`) turns the connection over to the pipeline behind for good,
/// which has the same route; from then on nothing is answered here, so no two parties ever write answers side by side.
///
/// When a limit's allowance must be fetched, or the receiver does not take what has been answered, reading pauses and the rest
/// waits in place; then it goes on where it stopped.
///
/// The idle timeout is kept here for the whole connection, because a timer behind does not see what is answered in front.
///
/// Concurrency: lives on the channel's event loop; the one thing that other threads do is to post a task to it.
final class KeyCheckHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let front: KeyCheckFront
    private let connection: HTTPConnection
    private var mode: Mode
    /// What has been read and not yet answered, in front.
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    private var holdsRead = false
    /// Events that must not overtake the answer that is waited for: half-closure, quiescing.
    private var heldEvents: [Any] = []
    private var date = HTTPDate()
    private var peerAddress: IPAddress?
    private var lastActivity = NIODeadline.distantPast
    private var idleCheck: Scheduled<Void>?

    private enum Mode {
        case front
        /// Allowance is being fetched.
        case waiting
        /// What has been answered must be taken first.
        case unwritable
        case forwarding
    }

    /// Answers that have grown to this are handed to the socket before the next is made.
    private static let maximumOutputBytes = 64 * 1024

    init(front: KeyCheckFront, connection: HTTPConnection) {
        self.front = front
        self.connection = connection
        mode = front.checker == nil ? .forwarding : .front
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        idleCheck?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        idleCheck?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActivity = context.eventLoop.now
        guard mode != .forwarding else {
            context.fireChannelRead(data)
            return
        }
        var buffer = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = buffer } else { input.writeBuffer(&buffer) }
        if mode == .front { answer(context) }
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { holdsRead = true } else { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if mode == .unwritable, context.channel.isWritable { goOn(context) }
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        lastActivity = context.eventLoop.now
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isPaused { heldEvents.append(event) } else { context.fireUserInboundEventTriggered(event) }
    }

    private var isPaused: Bool { mode == .waiting || mode == .unwritable }

    /// Answers what is here, until nothing is left, allowance is missing, the receiver is behind, or something comes that is not
    /// for us.
    private func answer(_ context: ChannelHandlerContext) {
        while input.readableBytes > 0, mode == .front {
            guard let request = PlainRequest(input.readableBytesUInt8Span) else {
                mode = .forwarding
                break
            }
            guard let reply = reply(to: request, context) else {
                mode = .waiting
                break
            }
            write(reply, for: request)
            input.moveReaderIndex(forwardBy: request.byteCount)
            if output.readableBytes >= Self.maximumOutputBytes { flush(context) }
        }
        flush(context)
        if mode == .waiting { connection.isAnswering() } else { connection.isWaiting(since: lastActivity) }
        if mode == .forwarding {
            context.fireChannelRead(wrapInboundOut(input))
            input = ByteBuffer()
        }
    }

    private func flush(_ context: ChannelHandlerContext) {
        guard output.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        output = ByteBuffer()
        // Answered faster than taken: what came before waits in the socket's queue, the rest where it is.
        if mode == .front, !context.channel.isWritable { mode = .unwritable }
    }

    /// Nil where allowance is being fetched; the handler then goes on by itself.
    private func reply(to request: PlainRequest, _ context: ChannelHandlerContext) -> Reply? {
        let presented = PresentedKey(authorizations: request.authorizations, keys: request.keys)
        guard case .one(let key) = presented else { return KeyAnswer.refusal(KeyAnswer.error(presented)) }
        let question = KeyChecker.Question(key: key, scopes: request.scopes, address: address(request))
        guard let checker = front.checker else { preconditionFailure("without a checker everything is forwarded") }
        let verdict = checker.verdict(on: question, at: front.clock(), orResume: resumption(context))
        return verdict.map { KeyAnswer.reply($0, scopes: request.scopes, deniedStatus: request.deniedStatus) }
    }

    private func resumption(_ context: ChannelHandlerContext) -> LimitCounter.Resumption {
        let (loop, bound) = (context.eventLoop, NIOLoopBound((self, context), eventLoop: context.eventLoop))
        return { isReserved in
            loop.execute {
                let (handler, context) = bound.value
                handler.resume(context, isReserved: isReserved)
            }
        }
    }

    private func resume(_ context: ChannelHandlerContext, isReserved: Bool) {
        guard mode == .waiting, context.channel.isActive else { return }
        lastActivity = context.eventLoop.now
        if !isReserved, let request = PlainRequest(input.readableBytesUInt8Span) {
            write(APIError.limitsUnavailable.reply, for: request)
            input.moveReaderIndex(forwardBy: request.byteCount)
        }
        goOn(context)
    }

    private func goOn(_ context: ChannelHandlerContext) {
        mode = .front
        answer(context)
        guard !isPaused else { return }
        // The read that brought these bytes has ended long ago, and handlers behind deliver at the end of one.
        if mode == .forwarding { context.fireChannelReadComplete() }
        let events = heldEvents
        heldEvents = []
        for event in events { context.fireUserInboundEventTriggered(event) }
        if holdsRead {
            holdsRead = false
            context.read()
        }
    }

    private func address(_ request: PlainRequest) -> IPAddress? {
        guard !request.forwardedFor.isEmpty else { return peerAddress }
        var headers = HTTPFields()
        for value in request.forwardedFor { headers.append(HTTPField(name: .xForwardedFor, value: value)) }
        return front.forwarding.clientAddress(peer: peerAddress, headers: headers)
    }

    /// The same fields as the responder behind writes.
    private func write(_ reply: Reply, for request: PlainRequest) {
        output.writeString("HTTP/1.1 \(reply.status.code) \(reply.status.reasonPhrase)\r\nDate: ")
        output.writeString(date.text(at: front.clock()))
        for field in reply.headers {
            output.writeStaticString("\r\n")
            output.writeString(field.name.rawName)
            output.writeStaticString(": ")
            output.writeString(field.value)
        }
        output.writeStaticString("\r\nX-Request-Id: ")
        output.writeString(APIResponder.requestID(request.requestID))
        output.writeStaticString("\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nContent-Length: ")
        if case .json(let json) = reply.content {
            let body = json.text
            output.writeString("\(body.utf8.count)\r\nContent-Type: application/json\r\n\r\n")
            output.writeString(body)
        } else {
            output.writeStaticString("0\r\n\r\n")
        }
    }

    private func start(_ context: ChannelHandlerContext) {
        guard idleCheck == nil else { return }
        peerAddress = context.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        lastActivity = context.eventLoop.now
        scheduleIdleCheck(context, at: lastActivity + front.limits.idleTimeout)
    }

    private func scheduleIdleCheck(_ context: ChannelHandlerContext, at deadline: NIODeadline) {
        idleCheck = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            // An answer may take its time, but not the taking of one.
            let isAnswering = self.connection.hasRequest && context.channel.isWritable
            let due = (isAnswering ? context.eventLoop.now : self.lastActivity) + self.front.limits.idleTimeout
            if due > context.eventLoop.now {
                self.scheduleIdleCheck(context, at: due)
            } else {
                context.close(promise: nil)
            }
        }
    }
}
