import Spec
import Store
import Values

/// Due deliveries, claimed in batches and settled with one attempt each.
struct DeliveryLoad: Sendable {
    let store: Store
    let webhook: WebhookID
    let batch: Int

    /// Returns how many were settled, which is all that were due or `count`, and the seconds that it took.
    func run(count: Int, workers: Int) async throws -> (settled: Int, seconds: Double) {
        let start = ContinuousClock.now
        let settled = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<workers {
                let share = count / workers + (worker < count % workers ? 1 : 0)
                group.addTask { try await work(share, as: "bench-\(worker)") }
            }
            return try await group.reduce(0, +)
        }
        return (settled, (ContinuousClock.now - start) / .seconds(1))
    }

    private func work(_ count: Int, as claim: String) async throws -> Int {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        var settled = 0
        while settled < count {
            let limit = min(batch, count - settled)
            let claimed = try await store.groupWrite { [webhook] tx in
                try tx.claimDeliveries([DueDeliveries(webhook: webhook, limit: limit)], due: now, claim: claim)
            }
            guard !claimed.isEmpty else { break }
            let stood = try await store.settleDeliveries(
                claimed.map { delivery in
                    .attempted(
                        delivery,
                        DeliveryAttempt(
                            number: delivery.attempts + 1, at: now, duration: .milliseconds(12), statusCode: 200, error: nil, response: "ok"
                        ),
                        then: .delivered)
                })
            guard stood.allSatisfy({ $0 }) else { throw WrongOutcome() }
            settled += claimed.count
        }
        return settled
    }
}
