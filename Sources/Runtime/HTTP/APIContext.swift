import Hummingbird
import Logging
import NIOCore

/// What travels with a request through the router.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the socket.
    let peer: SocketAddress?
    /// The connection that takes the answer.
    let channel: any Channel
    var requestID = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress
        channel = source.channel
    }
}
