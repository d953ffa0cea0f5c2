import Hummingbird
import Logging
import NIOCore

/// What travels with a request through the router.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the socket.
    let peer: SocketAddress?
    var requestID = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress
    }
}
