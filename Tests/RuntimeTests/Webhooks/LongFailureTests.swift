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

    @Test func `one success starts the time anew, and the longest time itself is not too long`() async throws {
        let day: Int64 = 86_400_000
        let store = world.store
        /// Two batches after one another: what the first notes of the receiver is what the second goes on from, whoever wrote it.
        func disabled(_ before: [(day: Int64, status: Int)], _ outcomes: [(day: Int64, status: Int)]) async throws -> [String] {
            let id = try await world.addWebhook("http://receiver.example/")
            var reasons: [String] = []
            for batch in [before, outcomes] {
                let health = ReceiverHealth(
                    of: batch.map { settlement(of: id, status: $0.status, at: Timestamp(milliseconds: $0.day * day)) }
                ) { _ in "http://receiver.example/" }
                let now = Timestamp(milliseconds: (batch.last?.day ?? 0) * day)
                reasons = try await store.write { try $0.noteReceivers(health.outcomes, longest: .seconds(5 * 86_400), at: now) }
                    .map(\.reason)
            }
            return reasons
        }
        #expect(try await disabled([(0, 500)], [(5, 500)]) == [])
        #expect(try await disabled([(0, 500)], [(6, 500)]) == ["every attempt since \(Timestamp(milliseconds: 0)) failed"])
        #expect(try await disabled([], [(6, 500)]) == [])
        // A success in between, in whatever order of the batch.
        #expect(try await disabled([(0, 500)], [(5, 200), (6, 500)]) == [])
        #expect(try await disabled([(0, 500)], [(5, 500), (6, 200)]) == [])
        #expect(try await disabled([(0, 500)], [(5, 500), (6, 410)]) == ["the receiver answered 410 Gone"])
    }

    @Test(arguments: [200, 410, 500])
    func `an outcome at an address that the webhook no longer has says nothing about it`(status: Int) {
        let id = WebhookID(at: Timestamp(milliseconds: 0))
        for address in ["http://receiver.example/moved", nil] {
            let health = ReceiverHealth(of: [settlement(of: id, status: status, at: Timestamp(milliseconds: 1000))]) { _ in address }
            #expect(health.outcomes.isEmpty)
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
