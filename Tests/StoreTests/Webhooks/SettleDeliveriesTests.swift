import Spec
import TestSupport
import Testing
import Values

@testable import Store

struct SettleDeliveriesTests {
    private let folder = TemporaryFolder()
    private let store: Store
    private let start = Timestamp(milliseconds: 1_790_000_000_000)
    private let held: [ClaimedDelivery]

    /// Three deliveries, claimed as `mine`.
    init() async throws {
        let (store, start) = (try Store(state: folder.state.location, keyring: nil), start)
        let webhook = WebhookRecord(
            id: WebhookID(at: start), workspace: "acme", name: "hook",
            spec: WebhookSpec(name: "Hook", url: "https://example.com", events: ["*"]), createdAt: start, updatedAt: start,
            updatedBy: "test")
        held = try await store.write { writing in
            try writing.insertWebhook(webhook)
            for _ in 0..<3 {
                _ = try writing.storeEvent(
                    NewEvent(id: EventID(at: start), workspace: "acme", type: "X", idempotencyKey: nil, body: "{}", createdAt: start),
                    deliveries: [NewDelivery(id: DeliveryID(at: start), webhookID: webhook.id, retries: 3, state: .due)])
            }
            return try writing.claimDeliveries([DueDeliveries(webhook: webhook.id, limit: 3)], due: start, claim: "mine")
        }
        self.store = store
    }

    private var attempt: DeliveryAttempt {
        DeliveryAttempt(number: 1, at: start, duration: .milliseconds(5), statusCode: nil, error: "timeout", response: nil)
    }

    private func record(_ position: Int) async throws -> DeliveryRecord {
        let id = held[position].id
        return try #require(try await store.read { try $0.delivery(id) })
    }

    @Test func `each caller gets what became of its own, and a batch writes attempts and steps`() async throws {
        let inputs: [[DeliverySettlement]] = [
            [
                .attempted(held[2], attempt, then: .delivered),
                .attempted(held[0], attempt, then: .retry(at: start + .seconds(5), reason: "timeout")),
            ],
            [], [.released(held[1], dueAt: nil, reason: "paused")],
        ]
        #expect(try await store.write { try SettleDeliveries.run(inputs, in: $0) } == [[true, true], [], [true]])
        let (retried, released, delivered) = (try await record(0), try await record(1), try await record(2))
        #expect([retried.attempts, released.attempts, delivered.attempts] == [1, 0, 1])
        #expect([retried.retriesLeft, released.retriesLeft, delivered.retriesLeft] == [2, 3, 3])
        #expect([retried.dueAt, released.dueAt, delivered.dueAt] == [start + .seconds(5), nil, nil])
        #expect([retried.status, released.status, delivered.status] == [.pending, .pending, .delivered])
        #expect(released.reason == "paused")
        #expect(delivered.finishedAt == start + .milliseconds(5))
        let ids = held.map(\.id)
        let attempts = try await store.read { reading in try ids.map { try reading.attempts(of: $0) } }
        #expect(attempts == [[attempt], [], [attempt]])
    }

    @Test func `who lost the claim writes nothing, before and after who holds it`() async throws {
        var stale = held[0]
        stale.claim = "theirs"
        let settlements: [DeliverySettlement] = [
            .attempted(stale, attempt, then: .delivered), .attempted(held[0], attempt, then: .exhausted(reason: "timeout")),
            .attempted(held[0], attempt, then: .delivered), .released(held[0], dueAt: start, reason: nil),
        ]
        #expect(try await store.settleDeliveries(settlements) == [false, true, false, false])
        let (record, id) = (try await record(0), held[0].id)
        #expect(record.status == .exhausted)
        #expect(record.attempts == 1)
        #expect(try await store.read { try $0.attempts(of: id) } == [attempt])
    }
}
