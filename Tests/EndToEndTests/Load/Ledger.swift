import Synchronization

/// What the runtime has promised to its callers, over all its lives.
final class Ledger: Sendable {
    private struct State {
        var next = 0
        var accepted: Set<Int> = []
        var revoked: [String] = []
        /// By the reset time of the hour that counted them.
        var admitted: [String: Int] = [:]
        /// The hour and the least that an answer of this life said was left in it.
        var remaining: (reset: String, calls: Int)?
        var complaints: [String] = []
    }

    private let state = Mutex(State())

    /// Events that were answered with 202.
    var accepted: Set<Int> { state.withLock { $0.accepted } }
    /// Keys whose revoke had returned.
    var revoked: [String] { state.withLock { $0.revoked } }
    /// The most calls that a limited key was allowed in one hour.
    var admitted: Int { state.withLock { $0.admitted.values.max() ?? 0 } }
    /// Answers that nobody should get.
    var complaints: [String] { state.withLock { $0.complaints } }

    func nextNumber() -> Int {
        state.withLock { state in
            state.next += 1
            return state.next
        }
    }

    func accept(_ number: Int) { _ = state.withLock { $0.accepted.insert(number) } }
    func revoke(_ key: String) { state.withLock { $0.revoked.append(key) } }
    func complain(_ text: String) { state.withLock { $0.complaints.append(text) } }

    /// Notes the answer to a check of the limited key.
    ///
    /// A crash may lose a quarter of what was left, and the calls whose answers it cut off: two callers and this one.
    func note(_ answer: Answer, afterRestart: Bool = false) {
        guard let remaining = answer.header("X-RateLimit-Remaining").flatMap({ Int($0) }), let reset = answer.header("X-RateLimit-Reset")
        else { return complain("no rate-limit headers on \(answer.status): \(answer.text)") }
        state.withLock { state in
            if answer.status == 200 { state.admitted[reset, default: 0] += 1 }
            guard let known = state.remaining, known.reset == reset else { return state.remaining = (reset, remaining) }
            if afterRestart, remaining < known.calls - (known.calls + 3) / 4 - 3 {
                state.complaints.append("of \(known.calls) calls a crash left only \(remaining)")
            }
            state.remaining = (reset, afterRestart ? remaining : min(known.calls, remaining))
        }
    }
}
