import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Values

/// HTTP/1.1 between the bytes of a connection and whoever answers its requests.
///
/// One request at a time: the next is read from the bytes when the one before has been answered, so answers, refusals and
/// the end of the connection come in one order, however the bytes were cut. An answer that did not need the body waits
/// until the body has come, and is replaced by the refusal where the body turns out malformed; one to a long body, or to a
/// sender that waits for 100, goes out at once, and the connection is closed.
///
/// Concurrency: lives on the channel's event loop.
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: HTTPConnectionLimits
    private let connection: HTTPConnection
    private let clock: @Sendable () -> Timestamp
    private let logger: Logger

    private var reader = RequestReader()
    private var input = ByteBuffer()
    /// The request that is being read or answered.
    private var exchange: Exchange?
    /// The last answer is out, or on its way; nothing that comes in counts any more.
    private var isClosing = false
    private var inputIsClosed = false
    private var isQuiescing = false
    private var isProcessing = false
    private var holdsRead = false
    private var date = HTTPDate()
    private let timer = DeadlineTimer()
    private var headDeadline: NIODeadline?

    init(limits: HTTPConnectionLimits, connection: HTTPConnection, clock: @escaping @Sendable () -> Timestamp, logger: Logger) {
        self.limits = limits
        self.connection = connection
        self.clock = clock
        self.logger = logger
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer.cancel()
        dropHeld()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.cancel()
        dropHeld()
    }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        var bytes = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        process(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // What is read now goes no further, so whoever is behind does not ask for it.
        if isClosing || exchange?.held.isEmpty == false { context.read() }
    }

    func read(context: ChannelHandlerContext) {
        if isWaitingForAnswer, input.readableBytes > 0 { holdsRead = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            inputIsClosed = true
            if isClosing { context.close(promise: nil) } else { process(context) }
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if exchange == nil, !isClosing { finish(context, nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private var isWaitingForAnswer: Bool { exchange?.isReceived == true }

    /// Reads on as far as the bytes and the answers allow.
    private func process(_ context: ChannelHandlerContext) {
        guard !isProcessing else { return }
        isProcessing = true
        do throws(APIError) {
            while !isClosing, !isWaitingForAnswer, let part = try reader.next(from: &input) { deliver(part, context) }
            if inputIsClosed, !isClosing, !isWaitingForAnswer {
                if exchange != nil || reader.isInside(input) { throw .requestIncomplete }
                finish(context, nil)
            }
        } catch {
            refuse(error, context)
        }
        isProcessing = false
        setDeadline(context)
    }

    private func deliver(_ part: RequestReader.Part, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            exchange = Exchange(head, at: context.eventLoop.now)
            headDeadline = nil
            connection.isReceiving(since: context.eventLoop.now)
            context.fireChannelRead(wrapInboundOut(.head(head.request)))
        case .body(let bytes):
            exchange?.bodyBytes += Int64(bytes.readableBytes)
            guard let exchange, !exchange.held.isEmpty else { return context.fireChannelRead(wrapInboundOut(.body(bytes))) }
            // Answered already: nobody reads it.
            if exchange.bodyBytes > HTTPConnectionLimits.maximumUnreadBytes { release(context) }
        case .end:
            exchange?.isReceived = true
            connection.isAnswering()
            context.fireChannelRead(wrapInboundOut(.end(nil)))
            if exchange?.held.isEmpty == false { release(context) }
        }
    }

    // MARK: What goes out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let exchange, !isClosing || exchange.closes else {
            // The answer to a request that has been refused meanwhile.
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let part = unwrapOutboundIn(data)
        if !exchange.held.isEmpty || exchange.waitsForBody {
            if exchange.held.isEmpty { context.read() }
            self.exchange?.held.append((part, promise))
        } else {
            send(part, promise, context)
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is RequestBodyAwaited else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if let exchange, exchange.head.expectsContinue, !exchange.isContinued, exchange.held.isEmpty, !isClosing {
            self.exchange?.isContinued = true
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
        promise?.succeed()
    }

    /// The last answer decides when the connection ends, not whoever gave it, who may be done while the answer waits; being
    /// cancelled, or giving way, ends it at once.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isClosing || exchange?.held.isEmpty == false, !connection.isDisplaced, context.channel.isActive else {
            return context.close(mode: mode, promise: promise)
        }
        switch mode {
        case .output: promise?.succeed()
        case .input: context.close(mode: .all, promise: promise)
        case .all:
            if let promise { context.channel.closeFuture.cascade(to: promise) }
        }
    }

    private func release(_ context: ChannelHandlerContext) {
        let parts = exchange?.held ?? []
        exchange?.held = []
        for (part, promise) in parts { send(part, promise, context) }
        context.flush()
    }

    private func send(_ part: HTTPResponsePart, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let response):
            guard let exchange else { return }
            let closes = exchange.endsConnection || isQuiescing || (inputIsClosed && input.readableBytes == 0)
            var head = HTTPResponseHead(response)
            if closes {
                self.exchange?.closes = true
                isClosing = true
                head.headers.replaceOrAdd(name: "Connection", value: "close")
            } else if exchange.head.isOld {
                head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let bytes):
            context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: promise)
        case .end:
            let closes = exchange?.closes == true
            exchange = nil
            if closes {
                finish(context, promise)
            } else {
                context.write(wrapOutboundOut(.end(nil)), promise: promise)
                connection.isWaiting(since: context.eventLoop.now)
                goOn(context)
            }
        }
    }

    /// Reads on after an answer.
    private func goOn(_ context: ChannelHandlerContext) {
        let hadInput = input.readableBytes > 0
        process(context)
        guard !isProcessing else { return }
        // The read that brought these bytes has ended, and handlers behind deliver at the end of one.
        if hadInput { context.fireChannelReadComplete() }
        if holdsRead, isClosing || !isWaitingForAnswer || input.readableBytes == 0 {
            holdsRead = false
            context.read()
        }
    }

    /// Answers a request that breaks the rules of HTTP, and ends the connection.
    private func refuse(_ error: APIError, _ context: ChannelHandlerContext) {
        isClosing = true
        dropHeld()
        let request = exchange?.head.request
        exchange = nil
        logger.info("refused \(error.status.code) \(error.code)")
        let refusal = RefusedRequest(error, date: date.text(at: clock()), requestID: request?.headerFields[.xRequestID])
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: refusal.status.code, reasonPhrase: refusal.status.reasonPhrase),
            headers: HTTPHeaders(refusal.fields))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request?.method != .head { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: refusal.body)))), promise: nil) }
        finish(context, nil)
        // Whoever waits for the rest of the body gets it as a failure, never as an end.
        if request != nil { context.fireErrorCaught(error) }
    }

    /// Ends the last answer, then the connection, still taking for a moment what its sender had under way.
    private func finish(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        isClosing = true
        input = ByteBuffer()
        connection.isWaiting(since: context.eventLoop.now)
        // For a receiver that does not even take the last answer.
        schedule(context.eventLoop.now + limits.idleTimeout, context)
        let written = context.eventLoop.makePromise(of: Void.self)
        if let promise { written.futureResult.cascade(to: promise) }
        written.futureResult.assumeIsolated().whenComplete { _ in self.closeOutput(context) }
        // Empty where no answer is under way; it is written when all before it is.
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        holdsRead = false
        context.read()
    }

    private func closeOutput(_ context: ChannelHandlerContext) {
        guard !inputIsClosed, !isQuiescing else { return context.close(promise: nil) }
        context.close(mode: .output).assumeIsolated().whenComplete { result in
            if case .failure = result { return context.close(promise: nil) }
            self.schedule(context.eventLoop.now + HTTPConnectionLimits.lingerTime, context)
        }
    }

    private func dropHeld() {
        let parts = exchange?.held ?? []
        exchange?.held = []
        for (_, promise) in parts { promise?.fail(ChannelError.ioOnClosedChannel) }
    }

    // MARK: Deadlines

    private func setDeadline(_ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        if let exchange {
            headDeadline = nil
            schedule(exchange.isReceived ? nil : limits.bodyDeadline(from: exchange.began, bytes: exchange.bodyBytes), context)
        } else if input.readableBytes > 0 || reader.isInside(input) {
            // The time runs from the first byte; what comes later does not extend it.
            headDeadline = headDeadline ?? context.eventLoop.now + limits.headerTimeout
            schedule(headDeadline, context)
        } else {
            headDeadline = nil
            schedule(nil, context)
        }
    }

    private func schedule(_ moment: NIODeadline?, _ context: ChannelHandlerContext) {
        timer.set(moment, on: context.eventLoop) { self.expire(context) }
    }

    private func expire(_ context: ChannelHandlerContext) {
        if isClosing {
            context.close(promise: nil)
        } else if exchange != nil {
            refuse(.bodyTimedOut, context)
        } else if reader.isInside(input) {
            refuse(.headTimedOut, context)
        } else {
            context.close(promise: nil)
        }
    }
}
