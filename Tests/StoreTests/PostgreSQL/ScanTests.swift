import Foundation
import TestSupport
import Testing
import Values

@testable import Store

/// Large rows are fetched a few at a time: libpq would keep a whole result.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct ScanTests {
    private let store: Store
    private static let body = String(repeating: "x", count: 248_000)

    init() throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        store = try Store(state: server.url(database: database), keyring: nil)
        try server.psql(
            """
            INSERT INTO events (id, workspace, type, body, created_at)
            SELECT 'evt_' || lpad(n::text, 26, '0'), 'acme', 'A', repeat('x', 248000), n FROM generate_series(1, 200) AS n
            """, database: database)
    }

    @Test func `every row comes once and in order, whatever is fetched at a time`() async throws {
        let expected = (1...200).map { "evt_" + String(repeating: "0", count: 26 - "\($0)".count) + "\($0)" }
        let all = try await store.read { reading in
            var ids: [String] = []
            try reading.db.scan("SELECT id, body FROM events ORDER BY id", []) { row in
                ids.append(try row[0])
                return true
            }
            try reading.db.scan("SELECT id FROM events WHERE created_at <= ? ORDER BY id", [100]) { row in
                ids.append(try row[0])
                return true
            }
            try reading.db.scan("SELECT id FROM events WHERE created_at > ?", [1_000]) { _ in
                Issue.record("a row of none")
                return true
            }
            // Ended early, and something else asked afterwards.
            try reading.db.scan("SELECT id, body FROM events ORDER BY id DESC", []) { row in
                ids.append(try row[0])
                return false
            }
            ids.append(try reading.db.value("SELECT max(id) FROM events") ?? "")
            return ids
        }
        #expect(all == expected + expected.prefix(100) + [expected[199], expected[199]])
    }

    @Test func `what a body throws ends the scan, and the connection is used again`() async throws {
        struct Enough: Error {}
        for _ in 0..<5 {
            await #expect(throws: Enough.self) {
                try await store.read { try $0.db.scan("SELECT id, body FROM events ORDER BY id", []) { _ in throw Enough() } }
            }
            #expect(try await store.read { try $0.db.value("SELECT count(*) FROM events", as: Int.self) } == 200)
        }
    }

    @Test func `a page ends where it holds what it may`() async throws {
        let limit = PageLimit(items: 200, bytes: 1 << 20)
        let page = try await store.read { try $0.events(workspace: "acme", after: nil, limit: limit, includesBody: true) }
        #expect(page.count == 4 && page.hasMore)
    }
}
