import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import Synchronization

/// A connection until its requests are answered.
///
/// One that comes while the server ends finds nobody who takes it; then it is closed, since NIO ends the process where a channel of
/// this kind is let go of unused.
final class AcceptedConnection: ServerChildChannelValue {
    typealias Requests = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    private let requests: Requests
    private let isTaken = Atomic(false)

    init(_ requests: Requests) {
        self.requests = requests
    }

    var channel: any Channel { requests.channel }

    /// For whoever answers what comes; once.
    func take() -> Requests {
        isTaken.store(true, ordering: .relaxed)
        return requests
    }

    deinit {
        guard !isTaken.load(ordering: .relaxed) else { return }
        Task { [requests] in try? await requests.executeThenClose { _, _ in } }
    }
}
