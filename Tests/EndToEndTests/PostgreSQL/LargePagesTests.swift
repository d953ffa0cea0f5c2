import Foundation
import TestSupport
import Testing
import Values

@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct LargePagesTests {
    /// The most that a process has ever held in memory, in bytes.
    private func peak(_ pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0) << 10
    }

    @Test func `a page of large events costs what it shows, and not what lies there`() async throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        let bench = try Workbench(["RECONCILE_STATE": server.url(database: database)])
        let runtime = try await bench.serve(within: .seconds(10))
        // 200 events of 248 kB: a whole result is 50 MB.
        try server.psql(
            """
            INSERT INTO events (id, workspace, type, body, created_at)
            SELECT 'evt_' || lpad(n::text, 26, '0'), 'acme', 'A',
                '{"type":"A","timestamp":"2026-01-01T00:00:00Z","workspaceId":"acme","data":{"text":"' || repeat('x', 248000) || '"}}', n
            FROM generate_series(1, 200) AS n
            """, database: database)
        let list = "/api/events?limit=200&include=body"
        let before = try peak(runtime.process.pid)
        let first = try await runtime.admin.get(list).expect(200)
        #expect(first.body.count > 248_000)
        for _ in 0..<10 { _ = try await runtime.admin.get(list).expect(200) }
        let grown = try peak(runtime.process.pid) - before
        print("a page of \(first.body.count) bytes; peak \(before >> 20) MiB, \(grown >> 10) KiB more after eleven of them")
        #expect(grown < 32 << 20, "\(grown)")
        try await runtime.stop()
        try server.drop(database)
    }
}
