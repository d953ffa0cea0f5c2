import Logging
import Store
import Testing
import Values

@testable import IntegrationRuntime

struct EventRetentionTests {
    @Test func `all that ended is deleted in one pass, behind more owed events than a look sees`() async throws {
        let world = try DeliveryWorld()
        let webhook = try await world.addWebhook("https://a.example")
        let old = Timestamp(milliseconds: 1_000_000)
        try await world.store.write { writing in
            for number in 0..<1300 {
                let moment = old + .milliseconds(Int64(number / 3))
                let event = NewEvent(
                    id: EventID(at: moment), workspace: "acme", type: "X", idempotencyKey: nil, body: "{}", createdAt: moment)
                let isOwed = number < 600 || number.isMultiple(of: 7)
                _ = try writing.storeEvent(
                    event,
                    deliveries: isOwed
                        ? [NewDelivery(id: DeliveryID(at: moment), webhookID: webhook, retries: 1, state: .parked(reason: "paused"))] : [])
            }
        }
        let retention = EventRetention(store: world.store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(try await retention.prune(before: old + .seconds(60)) == 600)
        #expect(try await retention.prune(before: old + .seconds(60)) == 0)
        #expect(try await world.store.read { try $0.events(workspace: nil, after: nil, limit: 2000) }.count == 700)
    }
}
