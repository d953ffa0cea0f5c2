import HummingbirdCore
import Logging
import NIOCore

/// An HTTP/1.1 channel with the key check in front of it.
struct KeyCheckChannel: ServerChildChannel {
    let base: HTTP1Channel
    let front: KeyCheckFront

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger).flatMapThrowing { [front] value in
            try channel.pipeline.syncOperations.addHandler(KeyCheckHandler(front: front), position: .first)
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
