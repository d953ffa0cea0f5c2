import NIOCore
import Synchronization

/// One accepted connection, as the table of all of them sees it.
///
/// Concurrency: the connection's event loop writes, the table reads from others.
final class HTTPConnection: Sendable {
    let channel: any Channel
    /// Since when it waits for its peer, on the loop's clock in nanoseconds; `busy` while a whole request is being answered.
    private let waitingSince: Atomic<UInt64>
    private let request: Atomic<Bool>
    private let displaced: Atomic<Bool>
    private static let busy = UInt64.max

    init(_ channel: any Channel) {
        self.channel = channel
        waitingSince = Atomic(NIODeadline.now().uptimeNanoseconds)
        request = Atomic(false)
        displaced = Atomic(false)
    }

    /// Since when it waits for a request, or for the rest of one; nil while a whole request is being answered.
    var waitingNanoseconds: UInt64? {
        let since = waitingSince.load(ordering: .relaxed)
        return since == Self.busy ? nil : since
    }

    /// Whether the head of a request has come that is not answered yet.
    var hasRequest: Bool { request.load(ordering: .relaxed) }

    func isWaiting(since moment: NIODeadline) { set(moment.uptimeNanoseconds, hasRequest: false) }
    /// The body of a request that began then is not here yet.
    func isReceiving(since moment: NIODeadline) { set(moment.uptimeNanoseconds, hasRequest: true) }
    func isAnswering() { set(Self.busy, hasRequest: true) }

    /// Whether it has given way to another: then nothing that is under way keeps it open.
    var isDisplaced: Bool { displaced.load(ordering: .acquiring) }

    /// Closes it for another.
    func giveWay() {
        displaced.store(true, ordering: .releasing)
        channel.close(promise: nil)
    }

    private func set(_ since: UInt64, hasRequest: Bool) {
        waitingSince.store(since, ordering: .relaxed)
        request.store(hasRequest, ordering: .relaxed)
    }
}
