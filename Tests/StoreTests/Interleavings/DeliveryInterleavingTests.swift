import TestSupport
import Testing
import Values

@testable import Store

/// Claims of deliveries, and what else is done to claimed ones at the same time.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct DeliveryInterleavingTests {
    private let world: Interleaving

    init() throws { world = try Interleaving() }

    /// The claim as it was for SQLite's one writer.
    private static let naiveClaim: SQL = """
        UPDATE deliveries SET claim = ? WHERE id IN (
            SELECT id FROM deliveries WHERE webhook_id = ? AND status = 'PENDING' AND claim IS NULL AND due_at <= ?
            ORDER BY due_at LIMIT ?)
        RETURNING id
        """

    @Test func `two claimers share what is due, and neither waits for the other`() async throws {
        let webhook = try await world.webhooks()[0]
        let all = Set(try await world.deliveries(20, to: webhook).map(\.id))
        let (one, other) = (try await world.session(), try await world.session())
        let first = try await one.run {
            try $0.claimDeliveries([DueDeliveries(webhook: webhook, limit: 12)], due: Interleaving.moment, claim: "a-1")
        }
        let second = try await other.run {
            try $0.claimDeliveries([DueDeliveries(webhook: webhook, limit: 12)], due: Interleaving.moment, claim: "b-1")
        }
        try await one.commit()
        try await other.commit()
        #expect((first.count, second.count) == (12, 8))
        #expect(Set((first + second).map(\.id)) == all)
    }

    @Test func `a claim that does not pass over what others lock gives deliveries twice`() async throws {
        let webhook = try await world.webhooks()[0]
        _ = try await world.deliveries(20, to: webhook)
        let (one, other) = (try await world.session(), try await world.session())
        let claim = { @Sendable (name: String) in
            { @Sendable (writing: Writing) in
                try writing.db.rows(Self.naiveClaim, [name, webhook.text, Interleaving.moment.milliseconds, 12]) { try $0[0] as String }
            }
        }
        let first = try await one.run(claim("a-1"))
        let second = try await world.start(claim("b-1"), in: other, blockedBy: one)
        try await one.commit()
        #expect(Set(try await second.value()) == Set(first))
        try await other.commit()
    }

    @Test func `a delivery that is settled while claims are recovered stays settled`() async throws {
        let webhook = try await world.webhooks()[0]
        let claimed = try await world.deliveries(2, to: webhook, .claimed("a-1"))
        let (settling, recovering) = (try await world.session(), try await world.session())
        try await settling.run { try $0.settleDeliveries([Interleaving.attempted(claimed[0])]) }
        let recovered = try await world.start(
            { try $0.recoverClaims(keeping: "b-", at: Interleaving.moment) }, in: recovering, blockedBy: settling)
        try await settling.commit()
        #expect(try await recovered.value() == 1)
        try await recovering.commit()
        #expect(try await world.store.read { try $0.delivery(claimed[0].id) }?.status == .delivered)
        #expect(try await world.store.read { try $0.delivery(claimed[1].id) }?.isUnderWay == false)
    }

    @Test func `who settles after its claim was recovered writes nothing`() async throws {
        let webhook = try await world.webhooks()[0]
        let claimed = try await world.deliveries(1, to: webhook, .claimed("a-1"))
        let (recovering, settling) = (try await world.session(), try await world.session())
        #expect(try await recovering.run { try $0.recoverClaims(keeping: "b-", at: Interleaving.moment) } == 1)
        let settled = try await world.start(
            { try $0.settleDeliveries([Interleaving.attempted(claimed[0])]) }, in: settling, blockedBy: recovering)
        try await recovering.commit()
        #expect(try await settled.value() == [false])
        try await settling.commit()
        #expect(try await world.store.read { try $0.attempts(of: claimed[0].id) }.isEmpty)
        #expect(try await world.store.read { try $0.delivery(claimed[0].id) }?.status == .pending)
    }

    @Test func `a delivery that is asked for anew while old events are removed stays with its event`() async throws {
        let webhook = try await world.webhooks()[0]
        let claimed = try await world.deliveries(2, to: webhook, .claimed("a-1"))
        _ = try await world.store.settleDeliveries(claimed.map { Interleaving.attempted($0) })
        let (retrying, pruning) = (try await world.session(), try await world.session())
        try await retrying.run { try $0.retryDelivery(claimed[0].id, retries: 3, parkedReason: nil, at: Interleaving.moment) }
        // It is passed over, and the other one is not.
        #expect(try await pruning.run { try $0.pruneEvents(before: Interleaving.moment + .seconds(1), limit: 10).deleted } == 1)
        try await retrying.commit()
        try await pruning.commit()
        #expect(try await world.store.read { try $0.delivery(claimed[0].id) }?.status == .pending)
        #expect(try await world.store.read { try $0.event(claimed[1].eventID) } == nil)
    }

    @Test func `a removal of events that looks only once takes a delivery that is asked for anew`() async throws {
        let webhook = try await world.webhooks()[0]
        let claimed = try await world.deliveries(1, to: webhook, .claimed("a-1"))
        _ = try await world.store.settleDeliveries(claimed.map { Interleaving.attempted($0) })
        let (retrying, pruning) = (try await world.session(), try await world.session())
        try await retrying.run {
            try $0.db.run("UPDATE deliveries SET status = 'PENDING', due_at = 0 WHERE id = ?", [claimed[0].id.text])
        }
        let pruned = try await world.start(
            {
                try $0.db.run(
                    """
                    DELETE FROM events WHERE created_at < ? AND NOT EXISTS (
                        SELECT 1 FROM deliveries WHERE deliveries.event_id = events.id AND deliveries.status = 'PENDING')
                    """, [Interleaving.moment.milliseconds + 1])
            }, in: pruning, blockedBy: retrying)
        try await retrying.commit()
        #expect(try await pruned.value() == 1)
        try await pruning.commit()
        #expect(try await world.store.read { try $0.delivery(claimed[0].id) } == nil)
    }

    @Test func `a delivery is gone for who asks for it anew once its event is being removed`() async throws {
        let webhook = try await world.webhooks()[0]
        let claimed = try await world.deliveries(1, to: webhook, .claimed("a-1"))
        _ = try await world.store.settleDeliveries(claimed.map { Interleaving.attempted($0) })
        let (pruning, retrying) = (try await world.session(), try await world.session())
        try await pruning.run { try $0.pruneEvents(before: Interleaving.moment + .seconds(1), limit: 10) }
        let retried = try await world.start(
            { try $0.retryDelivery(claimed[0].id, retries: 3, parkedReason: nil, at: Interleaving.moment) }, in: retrying,
            blockedBy: pruning)
        try await pruning.commit()
        try await retried.value()
        try await retrying.commit()
        #expect(try await world.store.read { try $0.delivery(claimed[0].id) } == nil)
    }
}
