import Synchronization

/// Remembers that the server could not be reached, so that work that waits behind the first to notice does not wait for a connection
/// each: once in a while one link tries, and everybody else fails at once until it has succeeded.
final class Outage: Sendable {
    private struct State {
        var failure: LinkFailure
        var until: ContinuousClock.Instant
        /// Whether a link is trying at present.
        var isTrying = false
    }

    private let state = Mutex<State?>(nil)

    /// Between an attempt to connect that failed and the next one.
    private static let pause: Duration = .milliseconds(250)

    /// Throws the last failure unless it is the caller's turn to try; who tries says `begin` or `end`.
    func check() throws(LinkFailure) {
        let failure = state.withLock { state -> LinkFailure? in
            guard let outage = state else { return nil }
            if outage.isTrying || ContinuousClock.now < outage.until { return outage.failure }
            state?.isTrying = true
            return nil
        }
        if let failure { throw failure }
    }

    func begin(_ failure: LinkFailure) { state.withLock { $0 = State(failure: failure, until: .now + Self.pause) } }

    func end() { state.withLock { $0 = nil } }
}
