import Spec
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// A receiver that fails for too long is served no more.
struct LongFailureTests {
    private let world: DeliveryWorld

    init() throws { world = try DeliveryWorld() }

    @Test func `a receiver that fails beyond the longest time is disabled, and what is owed waits for it`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(500) }
        let webhook = try await world.addWebhook(receiver.url)
        let engine = world.engine { $0.longestFailing = .milliseconds(1) }
        let world = world
        try await world.running(engine) {
            let first = try await engine.post()
            let record = try await disabled(webhook)
            let since = try #require(record.failingSince)
            #expect(record.disabledReason == "every attempt since \(since) failed")
            let waiting = try #require(
                try await world.delivery(first.deliveries[0].id) { $0.dueAt == nil && $0.reason?.contains("disabled") == true })
            #expect(waiting.status == .pending)
            #expect(waiting.reason == "the webhook is disabled: every attempt since \(since) failed")
            let second = try await engine.post()
            #expect(try await world.store.read { try $0.delivery(second.deliveries[0].id) }?.dueAt == nil)
        }
        await receiver.stop()
    }

    @Test func `one success starts the time anew, and the longest time itself is not too long`() {
        let day: Int64 = 86_400_000
        let id = WebhookID(at: Timestamp(milliseconds: 0))
        func health(_ outcomes: [(day: Int64, status: Int)], failingSince: Int64?) -> ReceiverHealth {
            ReceiverHealth(
                of: outcomes.map { settlement(of: id, status: $0.status, at: Timestamp(milliseconds: $0.day * day)) },
                address: { _ in "http://receiver.example/" },
                failingSince: failingSince.map { [id: Timestamp(milliseconds: $0 * day)] } ?? [:], longest: .seconds(5 * 86_400),
                at: Timestamp(milliseconds: (outcomes.last?.day ?? 0) * day))
        }
        #expect(health([(5, 500)], failingSince: 0).toDisable.isEmpty)
        #expect(health([(6, 500)], failingSince: 0).toDisable == [id: "every attempt since \(Timestamp(milliseconds: 0)) failed"])
        #expect(health([(6, 500)], failingSince: nil).toDisable.isEmpty)
        // A success in between, in whatever order of the batch.
        let recovered = health([(5, 200), (6, 500)], failingSince: 0)
        #expect(recovered.toDisable.isEmpty)
        #expect(recovered.failing[id]?.since == Timestamp(milliseconds: 6 * day))
        let well = health([(5, 500), (6, 200)], failingSince: 0)
        #expect(well.toDisable.isEmpty)
        #expect(well.failing[id] == nil)
        #expect(well.well == [id])
    }

    @Test(arguments: [200, 410, 500])
    func `an outcome at an address that the webhook no longer has says nothing about it`(status: Int) {
        let id = WebhookID(at: Timestamp(milliseconds: 0))
        for address in ["http://receiver.example/moved", nil] {
            let health = ReceiverHealth(
                of: [settlement(of: id, status: status, at: Timestamp(milliseconds: 1000))], address: { _ in address },
                failingSince: [id: Timestamp(milliseconds: 0)], longest: .zero, at: Timestamp(milliseconds: 1000))
            #expect(health.failing.isEmpty)
            #expect(health.well.isEmpty)
            #expect(health.toDisable.isEmpty)
            #expect(health.addresses.isEmpty)
        }
    }

    private func settlement(of webhook: WebhookID, status: Int, at moment: Timestamp) -> Settlement {
        .attempted(
            ClaimedDelivery(
                id: DeliveryID(at: moment), eventID: EventID(at: moment), webhookID: webhook, claim: "c", attempts: 0, retriesLeft: 3,
                body: []),
            DeliveryAttempt(number: 1, at: moment, duration: .zero, statusCode: status, error: nil, response: nil),
            AttemptVerdict(
                .answered(status: status, retryAfter: nil), retry: 1, retriesLeft: 3, schedule: RetrySchedule(WebhookSpec.RetryConfig()),
                at: moment, jitter: 0), url: "http://receiver.example/")
    }

    private func disabled(_ id: WebhookID) async throws -> WebhookRecord {
        try await eventually("the webhook disabled") {
            guard let record = try await world.store.read({ try $0.webhook(id) }), record.disabledAt != nil else { return nil }
            return record
        }
    }
}
