import Logging
import Store
import Synchronization
import Values

extension DeliveryEngine {
    func recordLoop() async {
        while !Task.isCancelled {
            await recordSignal.wait()
            await recordAll()
            // Outcomes that come one by one would take the writer from who hands in events.
            if state.withLock({ $0.traffic.isShared(at: .now) }) { try? await Task.sleep(for: SharedTraffic.pause) }
        }
    }

    /// Outcomes written in one transaction, and while another workspace hands in events; more where very many wait.
    private static let (outcomesAlone, outcomesShared) = (512, 64)

    /// Writes every outcome there is, many in one transaction; what the state refuses is tried again.
    func recordAll() async {
        var failures = ContinuedFailure()
        while true {
            let batch = state.withLock { state in
                let fewest = state.traffic.isShared(at: .now) ? Self.outcomesShared : Self.outcomesAlone
                return state.settlements.take(atMost: max(fewest, state.settlements.count / 8))
            }
            guard !batch.isEmpty else { return }
            do {
                try await record(batch)
                _ = failures.end()
                sendSignal.ring()
            } catch {
                state.withLock { state in for settlement in batch { state.settlements.append(settlement, of: settlement.webhookID) } }
                if failures.isToBeSaid(at: .now) {
                    logger.error(
                        "the outcome of deliveries could not be written", metadata: ["deliveries": "\(batch.count)", "error": "\(error)"])
                }
                // At shutdown the claims stay; the next start frees them.
                if Task.isCancelled || failures.count > 5 && state.withLock({ $0.phase }) == .draining { return }
                try? await Task.sleep(for: .milliseconds(min(5000, 100 << min(failures.count, 6))))
            }
        }
    }

    private func record(_ batch: [Settlement]) async throws {
        let now = now()
        let table = routes
        let health = ReceiverHealth(of: batch) { table.routes[$0]?.url }
        let longest = configuration.longestFailing
        let disabled = try await store.groupWrite { tx in
            let disabled = try tx.noteReceivers(health.outcomes, longest: longest, at: now)
            try tx.settleDeliveries(batch.map(\.stored))
            return disabled
        }
        state.withLock { state in
            for settlement in batch { state.lanes.recorded(settlement.webhookID) }
        }
        for settlement in batch {
            switch settlement {
            case .attempted(let delivery, _, let verdict, _):
                if case .retry(let moment, let reason) = verdict.step {
                    logger.debug(
                        "a delivery failed and will be retried",
                        metadata: ["delivery": "\(delivery.id)", "webhook": "\(delivery.webhookID)", "reason": "\(reason)"])
                    noteDue(delivery.webhookID, at: moment)
                } else if case .exhausted(let reason) = verdict.step {
                    logger.info(
                        "a delivery failed for good",
                        metadata: ["delivery": "\(delivery.id)", "webhook": "\(delivery.webhookID)", "reason": "\(reason)"])
                }
            case .released(let delivery, let due?, _): noteDue(delivery.webhookID, at: due)
            case .released: break
            }
        }
        await resumeParked(
            among: Set(
                batch.compactMap { settlement in
                    if case .released(let delivery, dueAt: nil, _) = settlement { delivery.webhookID } else { nil }
                }))
        guard !disabled.isEmpty else { return }
        for (id, reason) in disabled { logger.warning("a webhook was disabled", metadata: ["webhook": "\(id)", "reason": "\(reason)"]) }
        try await refresh()
    }
}
