import Store
import Values

/// Events with one delivery each, stored one at a time by each of many callers.
struct EventLoad: Sendable {
    let store: Store
    let workspace: String
    let webhook: WebhookID
    let body: String

    /// Returns the seconds until the last was committed.
    @discardableResult
    func run(count: Int, callers: Int) async throws -> Double {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                let share = count / callers + (caller < count % callers ? 1 : 0)
                group.addTask {
                    for _ in 0..<share {
                        let event = NewEvent(
                            id: EventID(at: now), workspace: workspace, type: "POST_PUBLISHED", idempotencyKey: nil, body: body,
                            createdAt: now)
                        let delivery = NewDelivery(id: DeliveryID(at: now), webhookID: webhook, retries: 3, state: .claimed("bench-1"))
                        let stored = try await store.storeEvent(event, deliveries: [delivery])
                        guard stored.deliveries.count == 1, !stored.isDuplicate else { throw WrongOutcome() }
                    }
                }
            }
            try await group.waitForAll()
        }
        return (ContinuousClock.now - start) / .seconds(1)
    }
}

/// The store answered something else than what the state of the benchmark demands.
struct WrongOutcome: Error {}
