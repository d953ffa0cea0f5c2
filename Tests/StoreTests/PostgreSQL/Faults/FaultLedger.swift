import Store
import Synchronization
import Values

/// What callers were told of their writes.
final class FaultLedger: Sendable {
    /// The outcome of one call.
    enum Answer: Sendable, Hashable {
        case done
        /// Not done, as the store says.
        case refused
        /// Done or not: the store could not learn it.
        case undecided
    }

    private struct State {
        var events: [EventID: Answer] = [:]
        var repeated: [String: Set<EventID>] = [:]
        var settled: [DeliveryID: Answer] = [:]
        var added = 0
        var undecidedAllowance = 0
        var refreshed = 0
        var undecidedRefreshes = 0
        var keys: [APIKeyID: Answer] = [:]
        var rotations: [APIKeyID: (successor: APIKeyID, answer: Answer)] = [:]
        var sets: [Int: Answer] = [:]
        var surprises: [String] = []
    }

    private let state = Mutex(State())

    var events: [EventID: Answer] { state.withLock { $0.events } }
    /// The ids that were given out for an idempotency key.
    var repeated: [String: Set<EventID>] { state.withLock { $0.repeated } }
    var settled: [DeliveryID: Answer] { state.withLock { $0.settled } }
    var added: Int { state.withLock { $0.added } }
    var undecidedAllowance: Int { state.withLock { $0.undecidedAllowance } }
    var refreshed: Int { state.withLock { $0.refreshed } }
    var undecidedRefreshes: Int { state.withLock { $0.undecidedRefreshes } }
    var keys: [APIKeyID: Answer] { state.withLock { $0.keys } }
    var rotations: [APIKeyID: (successor: APIKeyID, answer: Answer)] { state.withLock { $0.rotations } }
    var sets: [Int: Answer] { state.withLock { $0.sets } }
    /// Errors that no fault explains.
    var surprises: [String] { state.withLock { $0.surprises } }

    /// How much of each kind callers were told is done.
    var done: [String: Int] {
        state.withLock { state in
            [
                "events": state.events.values.count { $0 == .done }, "keyed events": state.repeated.count,
                "outcomes": state.settled.values.count { $0 == .done }, "allowances": state.added, "refreshes": state.refreshed,
                "keys": state.keys.values.count { $0 == .done }, "rotations": state.rotations.values.count { $0.answer == .done },
                "applies": state.sets.values.count { $0 == .done },
            ]
        }
    }

    func note(_ id: EventID, _ answer: Answer) { state.withLock { $0.events[id] = answer } }
    func note(_ id: EventID, under key: String) { state.withLock { _ = $0.repeated[key, default: []].insert(id) } }
    func note(_ id: DeliveryID, settled answer: Answer) { state.withLock { $0.settled[id] = answer } }
    func note(added: Int) { state.withLock { $0.added += added } }
    func noteUndecided(allowance: Int) { state.withLock { $0.undecidedAllowance += allowance } }
    func noteRefresh(_ answer: Answer) {
        state.withLock {
            if answer == .done { $0.refreshed += 1 }
            if answer == .undecided { $0.undecidedRefreshes += 1 }
        }
    }
    func note(_ id: APIKeyID, _ answer: Answer) { state.withLock { $0.keys[id] = answer } }
    func note(_ id: APIKeyID, rotatedTo successor: APIKeyID, _ answer: Answer) { state.withLock { $0.rotations[id] = (successor, answer) } }
    func note(set: Int, _ answer: Answer) { state.withLock { $0.sets[set] = answer } }

    /// Runs a call and sorts how it ended; what is neither "not now" nor "unknown" is a surprise.
    func answer<Value>(_ call: () async throws -> Value) async -> (value: Value?, answer: Answer) {
        do {
            return (try await call(), .done)
        } catch let error as StoreError where error.isUndecided {
            return (nil, .undecided)
        } catch let error as StoreError where [.unavailable, .locked, .full].contains(error.code) {
            return (nil, .refused)
        } catch {
            state.withLock { $0.surprises.append("\(error)") }
            return (nil, .refused)
        }
    }
}
