import Glibc

/// A moment until which waits on a socket may last.
struct Deadline {
    private let end: ContinuousClock.Instant
    let limit: Duration

    init(_ limit: Duration) {
        self.limit = limit
        end = ContinuousClock.now.advanced(by: limit)
    }

    /// Waits until the socket can be read, or written where asked, or has failed; false where the time is over first.
    func wait(_ socket: CInt, reading: Bool = true, writing: Bool) -> Bool {
        var entry = pollfd(fd: socket, events: Int16((reading ? POLLIN : 0) | (writing ? POLLOUT : 0)), revents: 0)
        while true {
            let ready = unsafe poll(&entry, 1, milliseconds)
            if ready > 0 { return true }
            if ready == 0, milliseconds == 0 { return false }
            // A descriptor that cannot be polled is the next call's to report.
            if ready < 0, errno != EINTR { return true }
        }
    }

    /// What is left, rounded up so that the last wait does not spin; 0 once over.
    private var milliseconds: CInt {
        let left = ContinuousClock.now.duration(to: end).components
        guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
        guard left.seconds < 1_000_000 else { return 1_000_000_000 }
        return CInt(left.seconds * 1_000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
