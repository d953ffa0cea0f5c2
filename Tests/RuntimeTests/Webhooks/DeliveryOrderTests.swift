import Spec
import Store
import Synchronization
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// What happens to deliveries and webhooks when they change while attempts are under way.
struct DeliveryOrderTests {
    private let world: DeliveryWorld

    init() throws {
        world = try DeliveryWorld()
    }

    private func change(_ id: WebhookID, _ change: @Sendable @escaping (inout WebhookSpec) -> Void) async throws {
        try await world.store.write { tx in
            guard var spec = try tx.webhook(id)?.spec else { return }
            let url = spec.url
            change(&spec)
            try tx.updateWebhook(id, spec: spec, clearsDisabled: url != spec.url, at: .now, by: "test")
        }
    }

    @Test(arguments: [410, 500])
    func `a late answer of the old address says nothing about the new one`(status: Int) async throws {
        let old = try await ScriptedReceiver.start { _ in .respond(status, after: .milliseconds(300)) }
        let new = try await ScriptedReceiver.start { _ in .respond(200) }
        let webhook = try await world.addWebhook(old.url, retry: .init(maxRetries: 0))
        let engine = world.engine { $0.longestFailing = .zero }
        let world = world
        try await world.running(engine) {
            let late = try await engine.post()
            await old.waitForRequests(1)
            try await change(webhook) { $0.url = new.url }
            try await engine.refresh()
            #expect(try await world.delivery(late.deliveries[0].id) { $0.status != .pending }?.status == .exhausted)
            let next = try await engine.post()
            #expect(try await world.delivery(next.deliveries[0].id) { $0.status != .pending }?.status == .delivered)
        }
        let record = try await world.store.read { try $0.webhook(webhook) }
        #expect(record?.disabledAt == nil)
        #expect(record?.failingSince == nil)
        #expect(record?.consecutiveFailures == 0)
        await old.stop()
        await new.stop()
    }

    @Test func `facts about an address are written to a webhook that still has it, and to no other`() async throws {
        let webhook = try await world.addWebhook("https://old.example/hook")
        let store = world.store
        func note(_ url: String, isWell: Bool = false, failures: Int = 0, refusal: String? = nil) async throws -> [String] {
            let outcome = ReceiverOutcome(
                webhook: webhook, url: url, isWell: isWell, failures: failures, failingSince: failures > 0 ? .now : nil, refusal: refusal)
            return try await store.write { try $0.noteReceivers([outcome], longest: .seconds(3600), at: .now) }.map(\.reason)
        }
        func failures() async throws -> Int? { try await store.read { try $0.webhook(webhook) }?.consecutiveFailures }
        #expect(try await note("https://new.example/hook", failures: 2, refusal: "gone") == [])
        #expect(try await failures() == 0)
        #expect(try await note("https://old.example/hook", failures: 2, refusal: "gone") == ["gone"])
        #expect(try await note("https://new.example/hook", isWell: true) == [])
        #expect(try await failures() == 2)
        #expect(try await note("https://old.example/hook", isWell: true) == [])
        #expect(try await failures() == 0)
    }

    @Test func `a delivery that was accepted by the table of before the resume does not stay parked`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        let webhook = try await world.addWebhook(receiver.url, status: .paused)
        let engine = world.engine()
        let world = world
        try await world.running(engine) {
            let stale = engine.routes
            try await change(webhook) { $0.status = .active }
            try await engine.refresh()
            let stored = try await engine.accept(
                workspace: "acme", type: "POST_PUBLISHED", data: [:], idempotencyKey: nil, by: stale, at: .now)
            #expect(try await world.delivery(stored.deliveries[0].id) { $0.status != .pending }?.status == .delivered)
        }
        await receiver.stop()
    }

    @Test func `a delivery that is given back late does not stay parked on an active webhook`() async throws {
        let webhook = try await world.addWebhook("https://example.com/hook")
        let engine = world.engine()
        let stored = try await engine.post()
        let claim = engine.nextClaim()
        let claimed = try await world.store.write {
            try $0.claimDeliveries([DueDeliveries(webhook: webhook, limit: 9)], due: .now, claim: claim)
        }
        // It was taken back while the webhook was paused; the webhook is active again before that is written.
        engine.state.withLock { state in
            for delivery in claimed {
                state.settlements.append(.released(delivery, dueAt: nil, reason: "the webhook is paused"), of: delivery.webhookID)
            }
        }
        await engine.recordAll()
        let record = try await world.store.read { try $0.delivery(stored.deliveries[0].id) }
        #expect(claimed.count == 1)
        #expect(record?.isUnderWay == false)
        #expect(record?.dueAt != nil)
        #expect(record?.reason == nil)
    }

    @Test func `pausing and resuming to and fro leaves nothing behind`() async throws {
        let receiver = try await ScriptedReceiver.start(keepsRequests: false) { _ in .respond(200) }
        let webhook = try await world.addWebhook(receiver.url)
        let engine = world.engine { $0.limits.underWayPerLane = 2 }
        let world = world
        try await world.running(engine) {
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask { for _ in 0..<25 { _ = try await engine.post() } }
                }
                for round in 0..<20 {
                    try await change(webhook) { $0.status = round.isMultiple(of: 2) ? .paused : .active }
                    try await engine.refresh()
                }
                try await group.waitForAll()
            }
            for _ in 0..<2000 {
                if try await world.store.read({ try $0.pendingDeliveryCounts(of: [webhook])[webhook] ?? 0 }) == 0 { break }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(try await world.store.read { try $0.pendingDeliveryCounts(of: [webhook])[webhook] ?? 0 } == 0)
        await receiver.stop()
    }

    @Test func `a delivery that is asked for again begins its delays anew`() async throws {
        let webhook = try await world.addWebhook("https://example.com/hook")
        let store = world.store
        let stored = try await world.engine().post()
        let id = stored.deliveries[0].id
        func fail(_ name: String, then step: DeliveryStep) async throws -> Int? {
            try await store.write { tx in
                guard let claimed = try tx.claimDeliveries([DueDeliveries(webhook: webhook, limit: 1)], due: .now, claim: name).first else {
                    return nil
                }
                let attempt = DeliveryAttempt(
                    number: claimed.attempts + 1, at: .now, duration: .zero, statusCode: 500, error: nil, response: nil)
                try tx.settleDeliveries([.attempted(claimed, attempt, then: step)])
                return claimed.nextRetry
            }
        }
        let due = Timestamp.now
        #expect(try await fail("a", then: .retry(at: due, reason: "500")) == 1)
        #expect(try await fail("b", then: .retry(at: due, reason: "500")) == 2)
        #expect(try await fail("c", then: .exhausted(reason: "500")) == 3)
        try await store.write { try $0.retryDelivery(id, retries: 3, parkedReason: nil, at: due) }
        #expect(try await fail("d", then: .retry(at: due, reason: "500")) == 1)
        // One that is pending goes on where it was.
        try await store.write { try $0.retryDelivery(id, retries: 3, parkedReason: nil, at: due) }
        #expect(try await fail("e", then: .exhausted(reason: "500")) == 2)
        #expect(try await store.read { try $0.attempts(of: id) }.map(\.number) == [1, 2, 3, 4, 5])
    }
}
