import Foundation
import TestSupport
import Testing

@Suite(
    .enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"), .enabled(if: Peer.pgbouncer.isExpected, "\(Peer.pgbouncer.absence)")
)
struct PgBouncerTests {
    @Test func `many clients share few sessions, a transaction each`() async throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        let pooler = try PgBouncer(before: server, poolSize: 2)
        let sessions = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { try pooler.psql("SELECT pg_backend_pid()", database: database) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(sessions.count <= 2)
        #expect(try pooler.psql("SHOW CONFIG", database: "pgbouncer").contains("pool_mode|transaction|"))
        try server.drop(database)
    }

    @Test func `it comes back after a stop, and goes with its folder when it is let go of`() async throws {
        var pooler: PgBouncer? = try PgBouncer(before: .shared)
        try pooler?.stop()
        #expect(throws: EndToEndError.self) { try pooler?.psql("SELECT 1", database: "postgres") }
        try pooler?.start()
        #expect(try pooler?.psql("SELECT 1", database: "postgres") == "1")
        let folder = try #require(pooler?.folder)
        pooler = nil
        _ = try await eventually("the end of PgBouncer") { FileManager.default.fileExists(atPath: folder) ? nil : true }
    }
}
