import Logging
import Store
import Synchronization
import Values

extension DeliveryEngine {
    /// Sleeps until something in the state is due, then claims it.
    func fetchLoop() async {
        var failures = ContinuedFailure()
        while !Task.isCancelled {
            do {
                try await fetchAll()
                _ = failures.end()
                let next = state.withLock { $0.lanes.nextDue }.map { $0 - now() }
                await fetchSignal.wait(atMost: hasUndecidedClaims ? min(next ?? Self.longestUndecided, Self.longestUndecided) : next)
            } catch {
                if failures.isToBeSaid(at: .now) {
                    logger.error("due deliveries could not be claimed", metadata: ["error": "\(error)"])
                }
                // Not before its time: whoever hands something in rings, also while the state cannot be used.
                try? await Task.sleep(for: .milliseconds(min(5000, 100 << min(failures.count, 6))))
            }
        }
    }

    /// Between two looks at claims of which it is unknown whether they were committed.
    private static let longestUndecided: Duration = .seconds(5)

    /// Deliveries claimed in one transaction where no other workspace hands in events.
    private static let rowsAlone = 128
    /// Rows that are parked or resumed in one transaction.
    static let rowsParked = 1000

    private func fetchAll() async throws {
        try await releaseUndecidedClaims()
        if state.withLock({ state in
            defer { state.resumesParked = false }
            return state.resumesParked
        }) {
            try await resumeParked()
        }
        while true {
            let moment = now()
            let (wanted, isShared) = state.withLock { state -> ([(webhook: WebhookID, limit: Int)], Bool) in
                guard state.phase == .running else { return ([], false) }
                let isShared = state.traffic.isShared(at: .now)
                let wanted = state.lanes.takeDue(at: moment, atMost: isShared ? state.traffic.rowsPerTransaction : Self.rowsAlone)
                for (id, _) in wanted { state.traffic.noteFetched(state.lanes.workspace(of: id), at: .now) }
                return (wanted, isShared)
            }
            guard !wanted.isEmpty else { return }
            do {
                let start = ContinuousClock.now
                try await fetch(wanted, due: moment)
                if isShared {
                    let busy = ContinuousClock.now - start
                    try await Task.sleep(for: max(SharedTraffic.pause, min(busy * 3, SharedTraffic.pause * 5)))
                }
            } catch is CancellationError {
                return
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
        let (claimed, next, parked, work) = try await claiming(claim) { tx in
            let start = ContinuousClock.now
            var parked: [WebhookID] = []
            var taken: [DueDeliveries] = []
            var full: [WebhookID] = []
            for (id, limit) in wanted.sorted(by: { $0.webhook < $1.webhook }) {
                if let reason = routes.routes[id]?.parkedReason {
                    if try tx.parkDeliveries(of: id, reason: reason, limit: Self.rowsParked) == Self.rowsParked { full.append(id) }
                    parked.append(id)
                } else {
                    taken.append(DueDeliveries(webhook: id, limit: limit))
                }
            }
            let claimed = try tx.claimDeliveries(taken, due: moment, claim: claim)
            var next = try tx.nextDueTimes(of: taken.map(\.webhook))
            for id in full { next[id] = moment }
            return (claimed, next, parked, ContinuousClock.now - start)
        }
        state.withLock { state in
            if state.traffic.isShared(at: .now) { state.traffic.noteWork(work) }
            for delivery in claimed { state.lanes.enqueue(delivery) }
            for (id, time) in next { state.lanes.noteDue(id, at: time) }
        }
        sendSignal.ring()
        await resumeParked(among: parked)
    }

    /// A group write that claims deliveries.
    private func claiming<Value: Sendable>(_ claim: String, _ body: @Sendable @escaping (Writing) throws -> Value) async throws -> Value {
        do {
            return try await store.groupWrite(body)
        } catch {
            noteUndecided(claim, after: error)
            throw error
        }
    }
}
