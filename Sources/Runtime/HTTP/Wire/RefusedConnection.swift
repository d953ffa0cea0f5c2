import HTTPTypes
import NIOCore
import Values

/// Stands at the head of a connection that is one too many: says so with 503 and closes it, whatever comes in.
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let now: Timestamp

    init(at now: Timestamp) {
        self.now = now
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { refuse(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        refuse(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    private func refuse(_ context: ChannelHandlerContext) {
        var date = HTTPDate()
        let refusal = RefusedRequest(.connectionsExhausted, date: date.text(at: now), requestID: nil)
        var output = ByteBuffer(string: "HTTP/1.1 \(refusal.status.code) \(refusal.status.reasonPhrase)\r\n")
        for (name, value) in refusal.fields { output.writeString("\(name): \(value)\r\n") }
        output.writeStaticString("\r\n")
        output.writeBytes(refusal.body)
        // Without lingering: there is no descriptor to spare for it.
        context.writeAndFlush(wrapOutboundOut(output)).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
