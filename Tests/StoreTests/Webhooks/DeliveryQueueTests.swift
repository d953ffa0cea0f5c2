import Spec
import Store
import TestSupport
import Testing
import Values

struct DeliveryQueueTests {
    private let folder = TemporaryFolder()
    private let store: Store
    private let webhook = WebhookID(at: Timestamp(milliseconds: 1))
    private let start = Timestamp(milliseconds: 1_000_000)

    init() async throws {
        store = try Store(state: folder.state.location, keyring: Keyring("k"))
        let record = WebhookRecord(
            id: webhook, workspace: "acme", name: "hook", spec: WebhookSpec(name: "Hook", url: "https://example.com", events: ["*"]),
            createdAt: start, updatedAt: start, updatedBy: "test")
        try await store.write { try $0.insertWebhook(record) }
    }

    private func event(key: String? = nil, id: EventID? = nil) -> NewEvent {
        NewEvent(id: id ?? EventID(at: start), workspace: "acme", type: "POST_PUBLISHED", idempotencyKey: key, body: "{}", createdAt: start)
    }

    private func delivery(_ state: NewDelivery.State = .due, retries: Int = 3) -> NewDelivery {
        NewDelivery(id: DeliveryID(at: start), webhookID: webhook, retries: retries, state: state)
    }

    private func claim(_ name: String, at moment: Timestamp? = nil) async throws -> [ClaimedDelivery] {
        let (webhook, moment) = (webhook, moment ?? start)
        return try await store.write { try $0.claimDeliveries([DueDeliveries(webhook: webhook, limit: 100)], due: moment, claim: name) }
    }

    private func attempt(_ status: Int?) -> DeliveryAttempt {
        DeliveryAttempt(number: 1, at: start, duration: .milliseconds(5), statusCode: status, error: nil, response: "ok")
    }

    @Test func `fifty callers with one key store one event, and all get its answer`() async throws {
        let store = store
        let answers = try await withThrowingTaskGroup(of: StoredEvent.self) { group in
            for _ in 0..<50 {
                let (event, delivery) = (event(key: "once"), delivery())
                group.addTask { try await store.groupWrite { try $0.storeEvent(event, deliveries: [delivery]) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.map(\.id)).count == 1)
        #expect(Set(answers.flatMap { $0.deliveries.map(\.id) }).count == 1)
        #expect(answers.filter { !$0.isDuplicate }.count == 1)
        #expect(try await claim("a-1").count == 1)
    }

    @Test func `the first answer stays as it was when a webhook goes`() async throws {
        let other = WebhookID(at: start)
        let record = WebhookRecord(
            id: other, workspace: "acme", name: "other", spec: WebhookSpec(name: "Other", url: "https://example.com", events: ["*"]),
            createdAt: start, updatedAt: start, updatedBy: "test")
        try await store.write { try $0.insertWebhook(record) }
        let gone = NewDelivery(id: DeliveryID(at: start), webhookID: WebhookID(at: start), retries: 1, state: .due)
        let (first, again) = (event(key: "k"), event(key: "k"))
        let deliveries = [delivery(), NewDelivery(id: DeliveryID(at: start), webhookID: other, retries: 3, state: .due), gone]
        let stored = try await store.write { try $0.storeEvent(first, deliveries: deliveries) }
        #expect(stored.deliveries.count == 2)
        try await store.write { try $0.deleteWebhook(other) }
        let repeated = try await store.write { try $0.storeEvent(again, deliveries: []) }
        #expect(repeated.isDuplicate)
        #expect(repeated.id == first.id)
        #expect(repeated.deliveries == stored.deliveries)
        #expect(try await store.read { try $0.deliveries(of: first.id) }.count == 1)
    }

    @Test func `keys of other workspaces and no keys are no repetitions`() async throws {
        var other = event(key: "k")
        other.workspace = "other"
        let (first, second, third, fourth) = (event(key: "k"), other, event(), event())
        let results = try await store.write { tx in
            try [first, second, third, fourth].map { try tx.storeEvent($0, deliveries: []).isDuplicate }
        }
        #expect(results == [false, false, false, false])
    }

    @Test func `a webhook that is gone gets no delivery and hurts no other`() async throws {
        let gone = NewDelivery(id: DeliveryID(at: start), webhookID: WebhookID(at: start), retries: 1, state: .due)
        let (event, kept) = (event(), delivery())
        let stored = try await store.write { try $0.storeEvent(event, deliveries: [gone, kept]) }
        #expect(stored.deliveries.map(\.id) == [kept.id])
    }

    @Test func `what is claimed is claimed once, oldest first, and written by its holder alone`() async throws {
        let (event, one) = (event(), delivery())
        _ = try await store.write { try $0.storeEvent(event, deliveries: [one]) }
        let held = try #require(try await claim("a-1").first)
        #expect(try await claim("a-2").isEmpty)
        var thief = held
        thief.claim = "a-2"
        let (attempt, stolen) = (attempt(200), thief)
        #expect(try await store.write { try $0.settleDeliveries([.attempted(stolen, attempt, then: .delivered)])[0] } == false)
        #expect(try await store.read { try $0.attempts(of: held.id) }.isEmpty)
        #expect(try await store.write { try $0.settleDeliveries([.attempted(held, attempt, then: .delivered)])[0] })
        let record = try #require(try await store.read { try $0.delivery(held.id) })
        #expect(record.status == .delivered)
        #expect(record.attempts == 1)
        #expect(try await store.read { try $0.attempts(of: held.id) } == [attempt])
        #expect(try await store.write { try $0.settleDeliveries([.attempted(held, attempt, then: .delivered)])[0] } == false)
    }

    @Test func `a retry is due at its time, spends one, and the next attempt is number two`() async throws {
        let (event, one) = (event(), delivery(retries: 1))
        _ = try await store.write { try $0.storeEvent(event, deliveries: [one]) }
        let held = try #require(try await claim("a-1").first)
        let (later, failed, webhook) = (start + .seconds(5), attempt(500), webhook)
        try await store.write { _ = try $0.settleDeliveries([.attempted(held, failed, then: .retry(at: later, reason: "500"))])[0] }
        #expect(try await store.read { try $0.nextDueTimes() } == [webhook: later])
        #expect(try await claim("a-2", at: later - .milliseconds(1)).isEmpty)
        let again = try #require(try await claim("a-3", at: later).first)
        #expect(again.retriesLeft == 0)
        try await store.write { _ = try $0.settleDeliveries([.attempted(again, failed, then: .exhausted(reason: "500"))])[0] }
        #expect(try await store.read { try $0.attempts(of: held.id) }.map(\.number) == [1, 2])
        #expect(try await store.read { try $0.delivery(held.id) }?.status == .exhausted)
    }

    @Test func `claims of a process that is gone are due at once, one's own stand`() async throws {
        let (first, second) = (event(), event())
        let (dead, alive) = (delivery(.claimed("dead-1")), delivery(.claimed("alive-1")))
        _ = try await store.write { tx in
            _ = try tx.storeEvent(first, deliveries: [dead])
            return try tx.storeEvent(second, deliveries: [alive])
        }
        let now = start + .seconds(1)
        #expect(try await store.write { try $0.recoverClaims(keeping: "alive-", at: now) } == 1)
        #expect(try await claim("alive-2", at: now).map(\.id) == [dead.id])
    }

    @Test func `parked deliveries wait without a time and are resumed together`() async throws {
        let (first, second) = (event(), event())
        let (parked, due) = (delivery(.parked(reason: "paused")), delivery())
        _ = try await store.write { tx in
            _ = try tx.storeEvent(first, deliveries: [parked])
            return try tx.storeEvent(second, deliveries: [due])
        }
        let (webhook, now) = (webhook, start)
        #expect(try await store.read { try $0.parkedWebhooks() } == [webhook])
        #expect(try await store.write { try $0.parkDeliveries(of: webhook, reason: "paused") } == 1)
        #expect(try await store.read { try $0.nextDueTimes() }.isEmpty)
        #expect(try await store.write { try $0.resumeDeliveries(of: webhook, at: now) } == 2)
        #expect(try await claim("a-1").count == 2)
    }

    @Test func `a manual retry of what ended gets a new budget and keeps the attempts`() async throws {
        let (event, one) = (event(), delivery(retries: 0))
        _ = try await store.write { try $0.storeEvent(event, deliveries: [one]) }
        let held = try #require(try await claim("a-1").first)
        let (failed, now) = (attempt(500), start)
        try await store.write { tx in
            _ = try tx.settleDeliveries([.attempted(held, failed, then: .exhausted(reason: "500"))])[0]
            try tx.retryDelivery(held.id, retries: 3, parkedReason: nil, at: now)
        }
        let again = try #require(try await claim("a-2").first)
        #expect(again.retriesLeft == 3)
        #expect(again.attempts == 1)
    }

    @Test func `numbers that nobody has counted to stop neither a process nor the outcomes beside them`() async throws {
        let (damaged, sound) = (delivery(), delivery())
        for delivery in [damaged, sound] {
            let event = event()
            _ = try await store.write { try $0.storeEvent(event, deliveries: [delivery]) }
        }
        try folder.state.sql(
            """
            UPDATE deliveries SET attempts = 9223372036854775807, attempts_before = -9223372036854775807,
                retries_left = -9223372036854775807 WHERE id = '\(damaged.id.text)'
            """)
        try folder.state.sql("UPDATE webhooks SET consecutive_failures = 9223372036854775807, failing_since = 1")
        let held = try await claim("a-1")
        #expect(held.count == 2)
        for delivery in held { #expect(delivery.nextRetry > 0 && delivery.attempts < .max && delivery.retriesLeft >= 0) }
        let (failed, later, webhook) = (attempt(500), start + .seconds(5), webhook)
        let written = try await store.groupWrite { tx in
            let outcome = ReceiverOutcome(webhook: webhook, url: "https://example.com", failures: 2, failingSince: later)
            _ = try tx.noteReceivers([outcome], longest: .seconds(1_000_000_000), at: later)
            return try tx.settleDeliveries(held.map { .attempted($0, failed, then: .exhausted(reason: "500")) })
        }
        #expect(written == [true, true])
    }

    @Test func `pruning spares what is owed and what is young`() async throws {
        let (pending, ended, young) = (
            event(), event(),
            NewEvent(id: EventID(at: start), workspace: "acme", type: "X", idempotencyKey: nil, body: "{}", createdAt: start + .seconds(60))
        )
        let owed = delivery()
        _ = try await store.write { tx in
            _ = try tx.storeEvent(pending, deliveries: [owed])
            _ = try tx.storeEvent(ended, deliveries: [])
            return try tx.storeEvent(young, deliveries: [])
        }
        let limit = start + .seconds(30)
        #expect(try await store.write { try $0.pruneEvents(before: limit, limit: 100).deleted } == 1)
        #expect(try await store.read { try $0.event(ended.id) } == nil)
        #expect(try await store.read { try $0.event(pending.id) } != nil)
    }

    @Test func `pages run from the newest to the oldest and filter by status`() async throws {
        let events = (0..<5).map { _ in event() }
        let webhook = webhook
        let deliveries = (0..<5).map {
            NewDelivery(id: DeliveryID(at: start + .milliseconds($0)), webhookID: webhook, retries: 0, state: .due)
        }
        _ = try await store.write { tx in
            for (event, delivery) in zip(events, deliveries) { _ = try tx.storeEvent(event, deliveries: [delivery]) }
            return true
        }
        let first = try await store.read { try $0.deliveries(of: webhook, status: .pending, after: nil, limit: 2) }
        #expect(first.map(\.id) == [deliveries[4].id, deliveries[3].id])
        let second = try await store.read { try $0.deliveries(of: webhook, status: nil, after: first[1].id.text, limit: 10) }
        #expect(second.map(\.id) == [deliveries[2].id, deliveries[1].id, deliveries[0].id])
        #expect(try await store.read { try $0.deliveries(of: webhook, status: .delivered, after: nil, limit: 10) }.isEmpty)
    }

    @Test func `deleting a webhook takes its secrets and deliveries along`() async throws {
        let (event, one, webhook, now) = (event(), delivery(), webhook, start)
        _ = try await store.write { tx in
            try tx.setSecret(Secret("s"), of: webhook.text, field: "secret", at: now)
            return try tx.storeEvent(event, deliveries: [one])
        }
        try await store.write { try $0.deleteWebhook(webhook) }
        #expect(try await store.read { try $0.delivery(one.id) } == nil)
        #expect(try await store.read { try $0.secrets(of: webhook.text) }.isEmpty)
    }
}
