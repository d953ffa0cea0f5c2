package import Curl
package import Logging
import ServiceLifecycle
package import Store
import Synchronization
package import Values

/// Delivers events to webhooks: woken when something is stored, asleep until something is due, never polling.
///
/// An event and its deliveries are stored in one transaction, the deliveries as claimed where a lane has room, and sent from
/// memory; the outcome of an attempt and what follows from it are written together, many in one transaction; no transaction
/// is open across a request. What a crash cuts off is repeated at the next start.
///
/// Concurrency: three loops (sending, recording, fetching) in one `run()` share a mutex that is held for a few steps of
/// `DeliveryLanes`; completions arrive on the client's thread.
package final class DeliveryEngine: Service, StateObserver {
    package struct Configuration: Sendable {
        package var policy = AddressPolicy()
        package var requestTimeout: Duration = .seconds(15)
        package var connectTimeout: Duration = .seconds(5)
        /// How long attempts under way may take to end at shutdown.
        package var grace: Duration = .seconds(10)
        /// How long a receiver may fail without one success before it is disabled.
        package var longestFailing: Duration = .seconds(5 * 86_400)
        package var userAgent = "Integration-Framework/1"
        var limits = DeliveryLanes.Limits()

        package init() {}
    }

    let store: Store
    let configuration: Configuration
    let client: HTTPClient
    let logger: Logger
    let now: @Sendable () -> Timestamp
    /// Begins every claim of this process.
    let epoch: String

    let sendSignal = Signal()
    let recordSignal = Signal()
    let fetchSignal = Signal()
    let state: Mutex<State>
    private let table = Mutex(RoutingTable())

    struct State {
        var lanes: DeliveryLanes
        /// Outcomes that wait to be written, webhooks in turn.
        var settlements = TurnQueue<WebhookID, Settlement>()
        var traffic = SharedTraffic()
        var phase = Phase.idle
        var claims: UInt64 = 0
        /// Refreshes begun and the newest one whose table stands.
        var refreshesBegun: UInt64 = 0
        var refreshInstalled: UInt64 = 0
        /// Whether parked deliveries must be looked at again, because it could not be done when it was time.
        var resumesParked = false
        /// Claims that may stand in the state without anybody working on them: whether they were committed is unknown.
        var undecidedClaims: [UndecidedClaim] = []
        /// Woken when nothing is under way any more.
        var idleWaiter: CheckedContinuation<Void, Never>?
    }

    enum Phase {
        /// Events are stored and wait.
        case idle
        case running
        /// Nothing new is sent.
        case draining
    }

    package init(
        store: Store, configuration: Configuration = Configuration(), logger: Logger,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now }
    ) {
        self.store = store
        self.configuration = configuration
        self.logger = logger
        self.now = now
        client = HTTPClient(policy: configuration.policy, connectTimeout: configuration.connectTimeout)
        state = Mutex(State(lanes: DeliveryLanes(limits: configuration.limits)))
        var random = SystemRandomNumberGenerator()
        epoch = String(random.next() as UInt64, radix: 36) + "-"
    }

    /// Whether events go straight to their receivers; before and after, they wait in the state.
    package var isRunning: Bool { state.withLock { $0.phase == .running } }

    /// The webhooks as they were read last.
    package var routes: RoutingTable { table.withLock { $0 } }

    /// The webhooks, read now if they never were: in a process that accepts events and delivers none.
    package func loadedRoutes() async throws -> RoutingTable {
        if state.withLock({ $0.refreshInstalled }) == 0 { try await refresh() }
        return routes
    }

    /// Frees what a process before this one held, then delivers until the shutdown.
    ///
    /// Only one process may do so on one state at a time (`ServeLock`); others may accept events meanwhile.
    package func run() async throws {
        let (epoch, moment) = (epoch, now())
        let recovered = try await store.sharedWrite { tx in try tx.recoverClaims(keeping: epoch, at: moment) }
        if recovered > 0 { logger.info("repeating attempts that were cut off", metadata: ["deliveries": "\(recovered)"]) }
        try await refresh()
        state.withLock { $0.phase = .running }
        try await learnDueTimes()
        await withTaskGroup { group in
            group.addTask { await self.sendLoop() }
            group.addTask { await self.recordLoop() }
            group.addTask { await self.fetchLoop() }
            // Returns at a graceful shutdown and, by throwing, at a cancellation.
            try? await gracefulShutdown()
            await drain()
            group.cancelAll()
        }
        await recordAll()
    }

    /// Reads the webhooks again: after a change over HTTP, an apply, or a commit of another process.
    package func refresh() async throws {
        let ticket = state.withLock { state in
            state.refreshesBegun += 1
            return state.refreshesBegun
        }
        let old = routes
        let fresh = try await RoutingTable.load(from: store, reusing: old)
        let isNewest = state.withLock { state in
            guard ticket > state.refreshInstalled else { return false }
            state.refreshInstalled = ticket
            table.withLock { $0 = fresh }
            for (id, route) in fresh.routes { state.lanes.place(id, in: route.workspace) }
            state.lanes.forget { fresh.routes[$0] == nil }
            return true
        }
        // A table read later is in place already, and saw all that this one did.
        guard isNewest else { return }
        do {
            try await resumeParked()
        } catch {
            resumeParkedLater()
            throw error
        }
    }

    /// Another process may have changed webhooks, or stored events and deliveries.
    package func stateChanged(_ serial: StateSerial) async throws {
        try await refresh()
        try await learnDueTimes()
    }

    /// Something of the webhook that lies in the state is due at that time.
    package func noteDue(_ webhook: WebhookID, at moment: Timestamp) {
        state.withLock { $0.lanes.noteDue(webhook, at: moment) }
        fetchSignal.ring()
    }

    func nextClaim() -> String {
        epoch
            + String(
                state.withLock { state in
                    state.claims += 1
                    return state.claims
                }, radix: 36)
    }

    private func learnDueTimes() async throws {
        let times = try await store.read { try $0.nextDueTimes() }
        state.withLock { state in
            for (id, moment) in times { state.lanes.noteDue(id, at: moment) }
        }
        fetchSignal.ring()
    }
}
