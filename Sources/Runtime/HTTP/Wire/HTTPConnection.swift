import NIOCore
import Synchronization

/// One accepted connection, as the table of all of them sees it.
///
/// Concurrency: the connection's event loop writes, the table reads from others.
final class HTTPConnection: Sendable {
    let channel: any Channel
    /// Since when it waits for a request, on the loop's clock in nanoseconds; `busy` while one is being answered.
    private let waitingSince: Atomic<UInt64>
    private static let busy = UInt64.max

    init(_ channel: any Channel) {
        self.channel = channel
        waitingSince = Atomic(NIODeadline.now().uptimeNanoseconds)
    }

    /// Nil while a request is being answered.
    var waitingNanoseconds: UInt64? {
        let since = waitingSince.load(ordering: .relaxed)
        return since == Self.busy ? nil : since
    }

    func isWaiting(since moment: NIODeadline) { waitingSince.store(moment.uptimeNanoseconds, ordering: .relaxed) }
    func isAnswering() { waitingSince.store(Self.busy, ordering: .relaxed) }
}
