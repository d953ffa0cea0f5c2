import Logging
import Spec
import Store
import Synchronization

extension DeliveryEngine {
    /// Sleeps until something in the state is due, then claims it.
    func fetchLoop() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                try await fetchAll()
                failures = 0
                let next = state.withLock { $0.lanes.nextDue }
                await fetchSignal.wait(atMost: next.map { $0 - now() })
            } catch {
                failures += 1
                logger.error("due deliveries could not be claimed", metadata: ["error": "\(error)"])
                await fetchSignal.wait(atMost: .milliseconds(min(5000, 100 << min(failures, 6))))
            }
        }
    }

    /// Few enough that nobody's event waits long behind them.
    private static let rowsPerTransaction = 128

    private func fetchAll() async throws {
        if state.withLock({ state in
            defer { state.resumesParked = false }
            return state.resumesParked
        }) {
            try await resumeParked()
        }
        while true {
            let moment = now()
            let wanted = state.withLock { state in
                state.phase == .running ? state.lanes.takeDue(at: moment, atMost: Self.rowsPerTransaction) : []
            }
            guard !wanted.isEmpty else { return }
            do {
                try await fetch(wanted, due: moment)
            } catch {
                // What was taken from the lanes is still due.
                state.withLock { state in
                    for (id, _) in wanted { state.lanes.noteDue(id, at: moment) }
                }
                throw error
            }
        }
    }

    private func fetch(_ wanted: [(webhook: WebhookID, limit: Int)], due moment: Timestamp) async throws {
        let routes = routes
        let claim = nextClaim()
        let (claimed, next, parked) = try await store.groupWrite { tx in
            var claimed: [ClaimedDelivery] = []
            var parked: [WebhookID] = []
            var next: [WebhookID: Timestamp] = [:]
            for (id, limit) in wanted {
                if let reason = routes.routes[id]?.parkedReason {
                    try tx.parkDeliveries(of: id, reason: reason)
                    parked.append(id)
                } else {
                    claimed += try tx.claimDeliveries(of: id, due: moment, limit: limit, claim: claim)
                    if let time = try tx.nextDueTime(of: id) { next[id] = time }
                }
            }
            return (claimed, next, parked)
        }
        state.withLock { state in
            for delivery in claimed { state.lanes.enqueue(delivery) }
            for (id, time) in next { state.lanes.noteDue(id, at: time) }
        }
        sendSignal.ring()
        await resumeParked(among: parked)
    }
}
