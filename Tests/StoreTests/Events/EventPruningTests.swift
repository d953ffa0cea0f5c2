import Spec
import TestSupport
import Testing
import Values

@testable import Store

struct EventPruningTests {
    private let folder = TemporaryFolder()
    private let store: Store
    private let webhook = WebhookID(at: Timestamp(milliseconds: 1))
    private let start = Timestamp(milliseconds: 1_000_000)

    init() async throws {
        store = try Store(state: folder.state.location, keyring: nil)
        let record = WebhookRecord(
            id: webhook, workspace: "acme", name: "hook", spec: WebhookSpec(name: "Hook", url: "https://example.com", events: ["*"]),
            createdAt: start, updatedAt: start, updatedBy: "test")
        try await store.write { try $0.insertWebhook(record) }
    }

    private func store(_ count: Int, owed: Bool, at moment: Timestamp) async throws -> Set<EventID> {
        let webhook = webhook
        let events = (0..<count).map { _ in
            NewEvent(id: EventID(at: moment), workspace: "acme", type: "X", idempotencyKey: nil, body: "{}", createdAt: moment)
        }
        try await store.write { writing in
            for event in events {
                let delivery = NewDelivery(id: DeliveryID(at: moment), webhookID: webhook, retries: 1, state: .due)
                _ = try writing.storeEvent(event, deliveries: owed ? [delivery] : [])
            }
        }
        return Set(events.map(\.id))
    }

    @Test func `a look sees the next events alone, and the looks go on behind those that are still owed`() async throws {
        // Five of one moment, so that a look ends among equals.
        var owed = try await store(5, owed: true, at: start)
        var ended = try await store(2, owed: false, at: start)
        owed.formUnion(try await store(1, owed: true, at: start + .seconds(1)))
        ended.formUnion(try await store(1, owed: false, at: start + .seconds(2)))
        let limit = start + .seconds(30)
        var (position, looks, deleted) = (EventPosition.start, 0, 0)
        while true {
            let look = try await store.sharedWrite { [position] in try $0.pruneEvents(before: limit, after: position, limit: 2) }
            #expect(look.deleted <= 2)
            (looks, deleted) = (looks + 1, deleted + look.deleted)
            guard let next = look.next else { break }
            position = next
        }
        #expect(deleted == 3)
        #expect(looks == 5)
        let left = try await store.read { try $0.events(workspace: nil, after: nil, limit: 100) }
        #expect(Set(left.map(\.id)) == owed)
        #expect(ended.isDisjoint(with: owed))
    }

    @Test func `old events are found by their age, and what they owe by their id`() async throws {
        let plans = try await store.sharedWrite { writing in
            try (
                plan(of: Writing.oldEvents, [Int64.min, "", Int64.max, 500], on: writing.db),
                plan(of: Writing.holdEndedEvent, ["evt_1"], on: writing.db)
            )
        }
        #expect(plans.0.contains("events_by_age"))
        #expect(plans.1.contains("deliveries_by_event"))
        for plan in [plans.0, plans.1] { #expect(!plan.contains("SCAN") && !plan.contains("Seq Scan"), "\(plan)") }
    }
}
