import Foundation
import TestSupport
import Testing

/// The PostgreSQL that tests start themselves.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct PostgresServerTests {
    /// Asks through a URL, as a client of the state would.
    private func ask(_ url: String, _ sql: String) throws -> FinishedProcess {
        let psql = URL(fileURLWithPath: try Peer.postgres.require()).deletingLastPathComponent().appendingPathComponent("psql").path
        return try FinishedProcess(psql, ["-qXAtw", "-c", sql, url], environment: ["PATH": "/usr/bin:/bin"])
    }

    @Test func `a database has what its template has, and neither knows of the other's changes`() throws {
        let server = try PostgresServer.shared
        let fill = { (url: String) in
            _ = try ask(url, "CREATE TABLE filled (x text)").succeeded()
        }
        let template = try server.template("filled", fill: fill)
        #expect(try server.template("filled") { _ in Issue.record("a template was filled twice") } == template)
        let (one, other) = (try server.database(template: template), try server.database(template: template))
        try ask(server.url(database: one), "INSERT INTO filled VALUES ('x')").succeeded()
        #expect(try server.psql("SELECT count(*) FROM filled", database: one) == "1")
        #expect(try server.psql("SELECT count(*) FROM filled", database: other) == "0")
        for database in [one, other] { try server.drop(database) }
        #expect(try server.psql("SELECT count(*) FROM pg_database WHERE datname IN ('\(one)', '\(other)')") == "0")
    }

    @Test func `the owner of a database is no superuser, and its password counts on TCP`() throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        let asked =
            "SELECT current_user, usesuper, (SELECT datcollate FROM pg_database WHERE datname = current_database()) FROM pg_user WHERE usename = current_user"
        #expect(try ask(server.url(database: database), asked).succeeded() == "reconcile|f|C.UTF-8\n")
        #expect(try ask(server.passwordURL(database: database), asked).succeeded() == "reconcile|f|C.UTF-8\n")
        let refused = try ask(server.passwordURL(database: database, password: "wrong"), asked)
        #expect(refused.errors.contains("password authentication failed"))
        try server.drop(database)
    }

    @Test func `many tests at once start one server`() async throws {
        let folders = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try PostgresServer.shared.folder } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(folders.count == 1)
    }

    @Test func `a server that was stopped as in a crash comes back with what was committed`() throws {
        let server = try PostgresServer(isDurable: true)
        try server.psql("CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)")
        try server.stop(.immediate)
        #expect(server.postmaster == nil)
        #expect(throws: EndToEndError.self) { try server.psql("SELECT 1") }
        try server.start()
        #expect(try server.psql("SELECT x FROM kept") == "7")
        #expect(try server.psql("SHOW fsync") == "on")
        #expect(server.log.contains("database system was not properly shut down"))
    }

    @Test func `a killed back end restarts all sessions, and nothing but a process of the server is killed`() async throws {
        let server = try PostgresServer()
        let sleeping = try RunningProcess(
            "/usr/bin/env", ["psql", "-qXAt", "-h", server.folder, "-p", "\(server.port)", "-U", "postgres", "-c", "SELECT pg_sleep(60)"],
            environment: ["PATH": "/usr/bin:/bin"])
        let backend = try await eventually("the sleeping session") {
            try server.psql("SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'").split(separator: "\n").first.flatMap {
                Int32($0)
            }
        }
        #expect(throws: EndToEndError.self) { try server.killBackend(sleeping.pid) }
        #expect(sleeping.exit == nil)
        try server.killBackend(backend)
        #expect(try await sleeping.ended().code != 0)
        // Until it has noticed, it answers as if nothing were.
        _ = try await eventually("the crash") { server.log.contains("was terminated by signal 9") ? true : nil }
        _ = try await eventually("the server's return") { (try? server.psql("SELECT 1")) == "1" ? true : nil }
    }

    @Test func `a server vanishes with its folder when its owner is killed`() async throws {
        let folder = TemporaryFolder()
        let owner = try RunningProcess(
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            ["--testing-library", "swift-testing", "--filter", "ServerOwner"],
            environment: ProcessInfo.processInfo.environment.merging([ServerOwner.variable: folder.file("note")]) { $1 })
        let words = try await eventually("the owner's server", within: .seconds(60)) {
            if owner.exit != nil { throw EndToEndError("the owner ended\n\(owner.said)") }
            let words = try? String(contentsOfFile: folder.file("note"), encoding: .utf8).split(separator: " ")
            return words?.count == 3 ? words : nil
        }
        let (left, postmaster, child) = (String(words[0]), try #require(Int32(words[1])), try #require(Int32(words[2])))
        #expect(FileManager.default.fileExists(atPath: "/proc/\(postmaster)/cwd/postmaster.pid"))
        try await owner.killNow()
        _ = try await eventually("the end of the server") { FileManager.default.fileExists(atPath: left) ? nil : true }
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(postmaster)/cwd/postmaster.pid"))
        // Another child of the killed process had nothing that kept the server alive.
        #expect(FileManager.default.fileExists(atPath: "/proc/\(child)"))
        kill(child, SIGKILL)
    }

    @Test func `a server that is let go of vanishes with its folder`() async throws {
        let folder = try PostgresServer().folder
        _ = try await eventually("the end of the server") { FileManager.default.fileExists(atPath: folder) ? nil : true }
    }
}

/// Not a test by itself: what the process does that `PostgresServerTests` starts in order to kill it.
struct ServerOwner {
    static let variable = "RECONCILE_TEST_SERVER_OWNER"

    @Test(.enabled(if: ProcessInfo.processInfo.environment[variable] != nil, "only the process that is killed owns a server for it"))
    func `a process has a server and a child, says so and waits for its end`() async throws {
        let note = try #require(ProcessInfo.processInfo.environment[Self.variable])
        let server = try PostgresServer()
        let child = try RunningProcess("/bin/sleep", ["60"])
        try Data("\(server.folder) \(server.postmaster ?? 0) \(child.pid)".utf8).write(to: URL(fileURLWithPath: note), options: .atomic)
        try await child.ended(within: .seconds(120))
    }
}
