import TestSupport
import Testing
import Values

@testable import Store

/// Events that are stored while something else happens to what they need.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct EventInterleavingTests {
    private let world: Interleaving

    init() throws { world = try Interleaving() }

    @Test func `two events with one key at the same time are one event with one answer`() async throws {
        let webhook = try await world.webhooks()[0]
        let (one, other) = (try await world.session(), try await world.session())
        let first = try await one.run { try $0.storeEvent(Interleaving.event(key: "k"), deliveries: [Interleaving.delivery(to: webhook)]) }
        let second = try await world.start(
            { try $0.storeEvent(Interleaving.event(key: "k"), deliveries: [Interleaving.delivery(to: webhook)]) }, in: other, blockedBy: one
        )
        try await one.commit()
        let repeated = try await second.value()
        try await other.commit()
        #expect(!first.isDuplicate && repeated.isDuplicate)
        #expect(repeated.id == first.id && repeated.deliveries == first.deliveries)
        #expect(try world.state.sql("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM deliveries)") == "1|1")
    }

    @Test func `the second of two with one key is stored where the first is undone`() async throws {
        let webhook = try await world.webhooks()[0]
        let (one, other) = (try await world.session(), try await world.session())
        try await one.run { _ = try $0.storeEvent(Interleaving.event(key: "k"), deliveries: [Interleaving.delivery(to: webhook)]) }
        let second = try await world.start(
            { try $0.storeEvent(Interleaving.event(key: "k"), deliveries: [Interleaving.delivery(to: webhook)]) }, in: other, blockedBy: one
        )
        try await one.rollback()
        let stored = try await second.value()
        try await other.commit()
        #expect(!stored.isDuplicate && stored.deliveries.count == 1)
        #expect(try await world.store.read { try $0.event(stored.id) } != nil)
    }

    @Test func `a look before the insertion makes two events of one key a constraint's matter`() async throws {
        let (one, other) = (try await world.session(), try await world.session())
        let store = { @Sendable (writing: Writing) in
            let known = try writing.db.value("SELECT id FROM events WHERE idempotency_key = 'k'", as: String.self)
            guard known == nil else { return }
            try writing.db.run(
                "INSERT INTO events (id, workspace, type, idempotency_key, body, created_at) VALUES (?, 'acme', 'X', 'k', '', 0)",
                [EventID(at: Interleaving.moment).text])
        }
        try await one.run(store)
        let second = try await world.start(store, in: other, blockedBy: one)
        try await one.commit()
        let error = await #expect(throws: StoreError.self) { try await second.value() }
        #expect(error?.code == .constraint)
    }

    @Test func `a key whose event is being removed is free again once it is gone`() async throws {
        let old = Interleaving.event(key: "k")
        _ = try await world.store.storeEvent(old, deliveries: [])
        let (pruning, storing) = (try await world.session(), try await world.session())
        #expect(try await pruning.run { try $0.pruneEvents(before: Interleaving.moment + .seconds(1), limit: 10).deleted } == 1)
        let stored = try await world.start(
            { try $0.storeEvent(Interleaving.event(key: "k"), deliveries: []) }, in: storing, blockedBy: pruning)
        try await pruning.commit()
        #expect(try await stored.value().isDuplicate == false)
        try await storing.commit()
        #expect(try await world.store.read { try $0.event(old.id) } == nil)
        #expect(try world.state.sql("SELECT count(*) FROM events") == "1")
    }

    @Test func `an event is stored without the webhook that is being removed, and its sender sees no error`() async throws {
        let (gone, left) = (try await world.webhooks()[0], try await world.webhooks()[0])
        let (removing, storing) = (try await world.session(.exclusive), try await world.session())
        try await removing.run { try $0.deleteWebhook(gone) }
        let event = Interleaving.event(key: "k")
        let stored = try await world.start(
            { try $0.storeEvent(event, deliveries: [gone, left].map { Interleaving.delivery(to: $0) }) }, in: storing, blockedBy: removing)
        try await removing.commit()
        #expect(try await stored.value().deliveries.map(\.webhookID) == [left])
        try await storing.commit()
        let repeated = try await world.store.storeEvent(Interleaving.event(key: "k"), deliveries: [])
        #expect(repeated.id == event.id && repeated.deliveries.map(\.webhookID) == [left])
    }

    @Test func `a delivery without a look at its webhook's lock is refused by the foreign key`() async throws {
        let gone = try await world.webhooks()[0]
        let (removing, storing) = (try await world.session(.exclusive), try await world.session())
        try await removing.run { try $0.deleteWebhook(gone) }
        let event = Interleaving.event()
        let stored = try await world.start(
            {
                _ = try $0.storeEvent(event, deliveries: [])
                try $0.db.run(
                    """
                    INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, retries_left, created_at)
                    SELECT ?, ?, id, 'acme', 'PENDING', 3, 0 FROM webhooks WHERE id = ?
                    """, [DeliveryID(at: Interleaving.moment).text, event.id.text, gone.text])
            }, in: storing, blockedBy: removing)
        try await removing.commit()
        let error = await #expect(throws: StoreError.self) { try await stored.value() }
        #expect(error?.code == .constraint)
    }

    @Test func `a webhook's removal waits for the event that is being stored, and takes its delivery along`() async throws {
        let gone = try await world.webhooks()[0]
        let (storing, removing) = (try await world.session(), try await world.session(.exclusive))
        let event = Interleaving.event()
        try await storing.run { _ = try $0.storeEvent(event, deliveries: [Interleaving.delivery(to: gone)]) }
        let removed = try await world.start({ try $0.deleteWebhook(gone) }, in: removing, blockedBy: storing)
        try await storing.commit()
        try await removed.value()
        try await removing.commit()
        #expect(try await world.store.read { try $0.event(event.id) } != nil)
        #expect(try world.state.sql("SELECT count(*) FROM deliveries") == "0")
    }

    @Test func `a webhook's removal waits for the settlement of its deliveries, before it locks any`() async throws {
        let webhook = try await world.webhooks()[0]
        let claimed = try await world.deliveries(2, to: webhook, .claimed("a-1"))
        let (settling, removing) = (try await world.session(), try await world.session(.exclusive))
        // The later delivery first: a removal that had locked the earlier one would wait for it in a ring.
        try await settling.run { try $0.settleDeliveries([Interleaving.attempted(claimed[1])]) }
        let removed = try await world.start({ try $0.deleteWebhook(webhook) }, in: removing, blockedBy: settling)
        #expect(try await settling.run { try $0.settleDeliveries([Interleaving.attempted(claimed[0])]) } == [true])
        try await settling.commit()
        try await removed.value()
        try await removing.commit()
        #expect(try world.state.sql("SELECT (SELECT count(*) FROM webhooks), (SELECT count(*) FROM delivery_attempts)") == "0|0")
    }

    @Test func `a settlement that does not keep the webhook and its removal wait for each other`() async throws {
        try world.findDeadlocksEarly()
        let webhook = try await world.webhooks()[0]
        let claimed = try await world.deliveries(2, to: webhook, .claimed("a-1"))
        let (settling, removing) = (try await world.session(), try await world.session(.exclusive))
        let settle = { @Sendable (delivery: ClaimedDelivery) in
            { @Sendable (writing: Writing) in
                try writing.db.run("UPDATE deliveries SET claim = NULL WHERE id = ? AND claim = ?", [delivery.id.text, delivery.claim])
            }
        }
        // Whichever way the removal goes through them, one of the two has what the other waits for.
        try await settling.run(settle(claimed[1]))
        let removed = try await world.start({ try $0.deleteWebhook(webhook) }, in: removing, blockedBy: settling)
        let settled = settling.start(settle(claimed[0]))
        let outcomes = [try await removed.isUndone(), try await settled.isUndone()]
        #expect(outcomes.count { $0 } == 1)
    }

    @Test func `who settles after the webhook's removal finds nothing`() async throws {
        let webhook = try await world.webhooks()[0]
        let claimed = try await world.deliveries(2, to: webhook, .claimed("a-1"))
        let (removing, settling) = (try await world.session(.exclusive), try await world.session())
        try await removing.run { try $0.deleteWebhook(webhook) }
        let settled = try await world.start(
            { try $0.settleDeliveries(claimed.map { Interleaving.attempted($0) }) }, in: settling, blockedBy: removing)
        try await removing.commit()
        #expect(try await settled.value() == [false, false])
        try await settling.commit()
    }
}
