import Spec
import TestSupport
import Testing
import Values

@testable import Store

/// A prepared statement keeps its plan, and every table is small when the first runs of it are planned.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct KeyedPlanTests {
    private let start = Timestamp(milliseconds: 1_790_000_000_000)

    @Test func `claims, outcomes and events scan no table, whatever was in it when they were planned`() async throws {
        let folder = TemporaryFolder()
        let state = TestState(in: folder, on: .postgres)
        let (webhook, start) = (WebhookID(at: start), start)
        try await using(state) { store in
            try await store.write { writing in
                try writing.insertWebhook(
                    WebhookRecord(
                        id: webhook, workspace: "acme", name: "hook",
                        spec: WebhookSpec(name: "Hook", url: "https://example.com", events: ["*"]), createdAt: start, updatedAt: start,
                        updatedBy: "test"))
            }
        }
        let before = try await scans(in: state)
        try await using(state) { store in
            // More than the five runs after which the server decides for one plan.
            for _ in 0..<12 {
                for _ in 0..<3 {
                    let event = NewEvent(
                        id: EventID(at: start), workspace: "acme", type: "X", idempotencyKey: nil, body: "{}", createdAt: start)
                    let delivery = NewDelivery(id: DeliveryID(at: start), webhookID: webhook, retries: 3, state: .due)
                    #expect(try await store.storeEvent(event, deliveries: [delivery]).deliveries.count == 1)
                }
                let claimed = try await store.groupWrite {
                    try $0.claimDeliveries([DueDeliveries(webhook: webhook, limit: 2)], due: start, claim: "mine")
                }
                #expect(claimed.count == 2)
                let attempt = DeliveryAttempt(
                    number: 1, at: start, duration: .milliseconds(5), statusCode: 200, error: nil, response: nil)
                #expect(try await store.settleDeliveries(claimed.map { .attempted($0, attempt, then: .delivered) }) == [true, true])
            }
        }
        #expect(try await scans(in: state) == before)
        // Claims are found by the delivery's id and not by walking through all that have the same.
        let byClaim = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'deliveries_claimed'"
        #expect(try state.sql(byClaim) == "0")
    }

    @Test func `no writer compiles its statements, however dear the server thinks they are`() async throws {
        try await expectNoCompilation(on: .postgres)
    }

    @Test(.enabled(if: Peer.pgbouncer.isExpected, "\(Peer.pgbouncer.absence)"))
    func `no writer behind a pooler does either`() async throws { try await expectNoCompilation(on: .pgbouncer) }

    private func expectNoCompilation(on engine: TestState.Engine) async throws {
        let folder = TemporaryFolder()
        try await using(TestState(in: folder, on: engine)) { store in
            let setting: SQL = "SELECT current_setting('jit')"
            let beside = try await store.sharedWrite { try $0.db.value(setting, as: String.self) }
            let together = try await store.groupWrite { try $0.db.value(setting, as: String.self) }
            #expect(beside == "off")
            #expect(together == "off")
        }
    }

    private func using(_ state: TestState, _ body: (Store) async throws -> Void) async throws {
        let store = try Store(state: state.location, keyring: nil)
        defer { store.close() }
        try await body(store)
    }

    /// Scans of whole tables so far: a session reports them when it ends at the latest, so the answer is taken once all have.
    private func scans(in state: TestState) async throws -> String {
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'reconcile'"
        _ = try await eventually("the end of all sessions") { try state.sql(others) == "0" ? true : nil }
        return try state.sql(
            "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname IN ('events', 'deliveries', 'delivery_attempts', 'webhooks') ORDER BY relname"
        )
    }
}
