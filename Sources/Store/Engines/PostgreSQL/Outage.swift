import Synchronization

/// Remembers for a moment that the server could not be reached, so that work that waits behind the first to notice does not wait for
/// a connection each.
final class Outage: Sendable {
    private let state = Mutex<(failure: LinkFailure, until: ContinuousClock.Instant)?>(nil)

    /// How long an attempt to connect speaks for others.
    private static let validity: Duration = .milliseconds(250)

    func check() throws(LinkFailure) {
        let failure = state.withLock { state in state.flatMap { ContinuousClock.now < $0.until ? $0.failure : nil } }
        if let failure { throw failure }
    }

    func begin(_ failure: LinkFailure) { state.withLock { $0 = (failure, .now + Self.validity) } }

    func end() { state.withLock { $0 = nil } }
}
