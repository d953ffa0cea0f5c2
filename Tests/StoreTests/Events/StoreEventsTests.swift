import Spec
import TestSupport
import Testing
import Values

@testable import Store

struct StoreEventsTests {
    private let folder = TemporaryFolder()
    private let store: Store
    private let webhook = WebhookID(at: moment)
    private let other = WebhookID(at: moment)
    private let gone = WebhookID(at: moment)

    private static let moment = Timestamp(milliseconds: 1_790_000_000_000)

    init() async throws {
        store = try Store(state: folder.state.location, keyring: nil)
        for id in [webhook, other] {
            let record = WebhookRecord(
                id: id, workspace: "acme", name: id.text, spec: WebhookSpec(name: "Hook", url: "https://example.com", events: ["*"]),
                createdAt: Self.moment, updatedAt: Self.moment, updatedBy: "test")
            try await store.write { try $0.insertWebhook(record) }
        }
    }

    private func input(_ key: String?, to webhooks: WebhookID..., workspace: String = "acme") -> StoreEvents.Input {
        StoreEvents.Input(
            event: NewEvent(
                id: EventID(at: Self.moment), workspace: workspace, type: "X", idempotencyKey: key, body: "{}", createdAt: Self.moment),
            deliveries: webhooks.map { NewDelivery(id: DeliveryID(at: Self.moment), webhookID: $0, retries: 3, state: .due) })
    }

    private func run(_ inputs: [StoreEvents.Input]) async throws -> [StoredEvent] {
        try await store.write { try StoreEvents.run(inputs, in: $0) }
    }

    @Test func `of two with one key in a batch the first is stored and gives the second its answer`() async throws {
        let inputs = [input("k", to: webhook, other), input("k", to: webhook), input("k", to: webhook, workspace: "elsewhere")]
        let stored = try await run(inputs)
        #expect(stored.map(\.isDuplicate) == [false, true, false])
        #expect(stored.map(\.id) == [inputs[0].event.id, inputs[0].event.id, inputs[2].event.id])
        #expect(stored[0].deliveries.count == 2)
        #expect(stored[1].deliveries == stored[0].deliveries)
    }

    @Test func `an event without a delivery is new the first time, and its repetitions are not`() async throws {
        let inputs = [input("none"), input("none", to: webhook), input(nil), input(nil)]
        let stored = try await run(inputs)
        #expect(stored.map(\.isDuplicate) == [false, true, false, false])
        #expect(stored.allSatisfy { $0.deliveries.isEmpty })
    }

    @Test func `webhooks that are gone are in no answer, in the same batch and later`() async throws {
        let inputs = [input("all", to: gone), input("all", to: webhook), input("some", to: gone, webhook)]
        let stored = try await run(inputs)
        #expect(stored.map { $0.deliveries.map(\.webhookID) } == [[], [], [webhook]])
        let repeated = try await run([input("some", to: other), input("all", to: other)])
        #expect(repeated.map(\.isDuplicate) == [true, true])
        #expect(repeated.map(\.deliveries) == [stored[2].deliveries, []])
    }

    @Test func `an event of before answers with the deliveries that it has`() async throws {
        let first = input("k", to: webhook, other)
        let stored = try await store.storeEvent(first.event, deliveries: first.deliveries)
        _ = try await store.write { writing in try writing.db.run("UPDATE events SET answer = NULL", []) }
        let repeated = input("k", to: webhook)
        let answer = try await store.storeEvent(repeated.event, deliveries: repeated.deliveries)
        #expect(answer == StoredEvent(id: stored.id, deliveries: stored.deliveries, isDuplicate: true))
    }
}
