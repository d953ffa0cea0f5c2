import Spec
import TestSupport
import Testing
import Values

@testable import Store

/// A webhook with very many deliveries, of which few were given up.
struct DeliveryListPlanTests {
    private let folder = TemporaryFolder()
    private let store: Store
    private let webhook = WebhookID(at: Timestamp(milliseconds: 1))

    init() async throws {
        store = try Store(state: folder.state.location, keyring: nil)
        let record = WebhookRecord(
            id: webhook, workspace: "acme", name: "hook", spec: WebhookSpec(name: "Hook", url: "https://example.com", events: ["*"]),
            createdAt: Timestamp(milliseconds: 1), updatedAt: Timestamp(milliseconds: 1), updatedBy: "test")
        try await store.write { try $0.insertWebhook(record) }
        let columns = "(id, event_id, webhook_id, workspace, status, attempts, retries_left, created_at)"
        let row =
            "'evt_1', '\(webhook.text)', 'acme', CASE WHEN n % 4000 = 0 THEN 'EXHAUSTED' ELSE 'DELIVERED' END, 1, 0, 1"
        try folder.state.sql(
            sqlite: """
                INSERT INTO events (id, workspace, type, body, created_at) VALUES ('evt_1', 'acme', 'X', '{}', 1);
                WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
                INSERT INTO deliveries \(columns) SELECT printf('dlv_%08d', n), \(row) FROM numbers;
                """,
            postgres: """
                INSERT INTO events (id, workspace, type, body, created_at) VALUES ('evt_1', 'acme', 'X', '{}', 1);
                INSERT INTO deliveries \(columns) SELECT 'dlv_' || lpad(CAST(n AS TEXT), 8, '0'), \(row) FROM generate_series(1, 20000) AS n;
                INSERT INTO delivery_attempts (delivery_id, number, at, duration) SELECT id, 1, 1, 1 FROM deliveries;
                ANALYZE;
                """)
    }

    @Test func `the few that were given up are found by an index, and what their attempts were with them`() async throws {
        let webhook = webhook.text
        let (page, attempts) = try await store.read { reading in
            try (
                plan(of: Reading.deliveryPage(of: .exhausted), [webhook, nil as String?, 51], on: reading.db),
                plan(
                    of: Reading.attemptsOfPage(of: .exhausted), [false, webhook, "dlv_00020000", "dlv_00004000", 120], on: reading.db)
            )
        }
        #expect(page.contains("deliveries_exhausted") && !page.contains("deliveries_by_webhook"), "\(page)")
        #expect(attempts.contains("deliveries_exhausted") && !attempts.contains("deliveries_by_webhook"), "\(attempts)")
        for plan in [page, attempts] {
            #expect(!plan.contains("SCAN d") && !plan.contains("SCAN a") && !plan.contains("Seq Scan on deliveries"), "\(plan)")
            // The attempts of one delivery are sorted, not those of all.
            #expect(!plan.contains("TEMP B-TREE FOR ORDER BY"), "\(plan)")
        }
    }

    @Test func `a page behind another one begins there, without a status too`() async throws {
        let webhook = webhook.text
        let page = try await store.read { reading in
            try plan(of: Reading.deliveryPage(of: nil), [webhook, "dlv_00000100", 51], on: reading.db)
        }
        // As a condition of the index that is walked, not of each of its rows.
        let bound = TestState.isFile ? "id<?" : "id < "
        #expect(page.split(separator: "\n").contains { $0.contains(bound) && !$0.contains("Filter") }, "\(page)")
    }
}
