import Foundation
import TestSupport
import Testing

/// What befalls connections through the proxy, as `psql` sees it and as the database tells.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct NetworkProxyTests {
    private let server: PostgresServer
    private let database: String

    init() throws {
        server = try .shared
        database = try server.database()
        try server.psql("CREATE TABLE notes (text text); GRANT ALL ON notes TO reconcile", database: database)
    }

    /// A client behind the proxy.
    private func start(_ sql: String, through proxy: NetworkProxy) throws -> RunningProcess {
        let psql = URL(fileURLWithPath: try Peer.postgres.require()).deletingLastPathComponent().appendingPathComponent("psql").path
        return try RunningProcess(
            psql, ["-qXAtw", "-v", "ON_ERROR_STOP=1", "-c", sql, server.passwordURL(database: database, port: proxy.port)],
            environment: ["PATH": "/usr/bin:/bin"])
    }

    private func notes() throws -> String { try server.psql("SELECT text FROM notes ORDER BY text", database: database) }

    @Test func `what is passed on arrives, over TCP and over a socket`() async throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/.s.PGSQL.1"
        let proxy = try await NetworkProxy.start(to: .socket(path: "\(server.folder)/.s.PGSQL.\(server.port)"), socket: path)
        let client = try start("SELECT 1", through: proxy)
        #expect(try await client.ended().code == 0)
        #expect(client.output == "1\n")
        let other = try RunningProcess(
            "/usr/bin/env", ["psql", "-qXAt", "-h", folder.path, "-p", "1", "-U", "reconcile", "-d", database, "-c", "SELECT 2"],
            environment: ["PATH": "/usr/bin:/bin"])
        #expect(try await other.ended().code == 0)
        #expect(other.output == "2\n")
        #expect(proxy.connections == 2)
        await proxy.stop()
    }

    @Test func `the answer to the second message with a text is lost, and the message is not`() async throws {
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        proxy.loseAnswer(toMessageContaining: "INSERT INTO notes", number: 2)
        #expect(try await start("INSERT INTO notes VALUES ('first')", through: proxy).ended().code == 0)
        let loser = try start("INSERT INTO notes VALUES ('second')", through: proxy)
        #expect(try await loser.ended().code != 0)
        #expect(loser.errors.contains("server closed the connection unexpectedly"))
        #expect(try await start("INSERT INTO notes VALUES ('third')", through: proxy).ended().code == 0)
        #expect(try notes() == "first\nsecond\nthird")
        #expect(proxy.lostAnswers == 1)
        await proxy.stop()
    }

    @Test func `the answer that says COMMIT is lost when the commit is done`() async throws {
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        proxy.loseAnswer(containing: "COMMIT")
        let loser = try start("BEGIN; INSERT INTO notes VALUES ('committed'); COMMIT", through: proxy)
        #expect(try await loser.ended().code != 0)
        #expect(try notes() == "committed")
        #expect(proxy.lostAnswers == 1)
        await proxy.stop()
    }

    @Test func `a cut ends what is connected, and a refusal what comes`() async throws {
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let waiting = try start("SELECT pg_sleep(60)", through: proxy)
        _ = try await eventually("the session") { try server.backends(of: database).first }
        await proxy.cut()
        #expect(try await waiting.ended().code != 0)
        proxy.refuse()
        #expect(try await start("SELECT 1", through: proxy).ended().code != 0)
        proxy.refuse(false)
        #expect(try await start("SELECT 1", through: proxy).ended().code == 0)
        await proxy.stop()
    }

    @Test func `silence holds everything back and closes nothing`() async throws {
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let waiting = "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM notes) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$; SELECT 'done'"
        let busy = try start(waiting, through: proxy)
        let session = try await eventually("the session") { try server.backends(of: database).first }
        try await proxy.fallSilent()
        let late = try start("INSERT INTO notes VALUES ('late')", through: proxy)
        _ = try await eventually("the late connection") { proxy.connections == 2 ? true : nil }
        try server.psql("INSERT INTO notes VALUES ('go')", database: database)
        _ = try await eventually("the server's answer") {
            try server.psql("SELECT state FROM pg_stat_activity WHERE pid = \(session)") == "idle" ? true : nil
        }
        #expect(busy.exit == nil && late.exit == nil)
        #expect(try notes() == "go")
        try await proxy.speak()
        #expect(try await busy.ended().code == 0)
        #expect(busy.output == "done\n")
        #expect(try await late.ended().code == 0)
        #expect(try notes() == "go\nlate")
        await proxy.stop()
    }
}
