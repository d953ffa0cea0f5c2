import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// A connection of ours: the key check in front, HTTP/1.1 behind it, and Hummingbird's loop that answers one request after the other.
struct APIChannel: ServerChildChannel, HTTPChannelHandler {
    typealias Value = AcceptedConnection

    let responder: HTTPChannelHandler.Responder
    let front: KeyCheckFront
    let connections: HTTPConnectionTable

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let connection = connections.admit(channel) {
                try pipeline.addHandler(KeyCheckHandler(front: front, connection: connection))
                try pipeline.addHandler(HTTPResponseEncoder())
                try pipeline.addHandler(
                    HTTPConnectionHandler(limits: front.limits, connection: connection, clock: front.clock, logger: logger))
            } else {
                try pipeline.addHandler(RefusedConnection(at: front.clock()))
            }
            return AcceptedConnection(
                try NIOAsyncChannel(wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true)))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value.take(), logger: logger)
    }
}
