import Logging
import Spec
import Store
import Synchronization

extension DeliveryEngine {
    func recordLoop() async {
        while !Task.isCancelled {
            await recordSignal.wait()
            await recordAll()
        }
    }

    /// Writes every outcome there is, many in one transaction; what the state refuses is tried again.
    func recordAll() async {
        var failures = 0
        while true {
            let batch = state.withLock { state -> [Settlement] in
                let batch = Array(state.settlements.prefix(512))
                state.settlements.removeFirst(batch.count)
                return batch
            }
            guard !batch.isEmpty else { return }
            do {
                try await record(batch)
                failures = 0
                if state.withLock({ $0.settlements.isEmpty }) { sendSignal.ring() }
            } catch {
                failures += 1
                state.withLock { $0.settlements.insert(contentsOf: batch, at: 0) }
                logger.error(
                    "the outcome of deliveries could not be written", metadata: ["deliveries": "\(batch.count)", "error": "\(error)"])
                // At shutdown the claims stay; the next start frees them.
                if Task.isCancelled || failures > 5 && state.withLock({ $0.phase }) == .draining { return }
                try? await Task.sleep(for: .milliseconds(min(5000, 100 << min(failures, 6))))
            }
        }
    }

    private func record(_ batch: [Settlement]) async throws {
        let now = now()
        let known = state.withLock { $0.failingSince }
        let health = ReceiverHealth(of: batch, failingSince: known, longest: configuration.longestFailing, at: now)
        let recovered = health.well.filter { known[$0] != nil }
        let disabled = try await store.groupWrite { tx -> [(WebhookID, String)] in
            for settlement in batch {
                switch settlement {
                case .attempted(let delivery, let attempt, let verdict): try tx.finishAttempt(delivery, attempt, then: verdict.step)
                case .released(let delivery, let due, let reason): try tx.releaseDelivery(delivery, dueAt: due, reason: reason)
                }
            }
            for id in recovered { try tx.forgetFailures(of: id) }
            for (id, run) in health.failing { try tx.countFailures(run.count, of: id, since: run.since) }
            return try health.toDisable.filter { try tx.disableWebhook($0.key, reason: $0.value, at: now) }.map { ($0.key, $0.value) }
        }
        state.withLock { state in
            for id in health.well { state.failingSince[id] = nil }
            for (id, run) in health.failing where state.failingSince[id] == nil { state.failingSince[id] = run.since }
            for (id, _) in disabled { state.failingSince[id] = nil }
            for case .attempted(_, _, let verdict) in batch {
                if verdict.health == .well { state.delivered += 1 } else { state.failedAttempts += 1 }
                if case .exhausted = verdict.step { state.exhausted += 1 }
            }
        }
        for settlement in batch {
            switch settlement {
            case .attempted(let delivery, _, let verdict):
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
        guard !disabled.isEmpty else { return }
        for (id, reason) in disabled { logger.warning("a webhook was disabled", metadata: ["webhook": "\(id)", "reason": "\(reason)"]) }
        try await refresh()
    }
}
