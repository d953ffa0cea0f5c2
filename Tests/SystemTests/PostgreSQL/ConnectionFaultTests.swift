import Foundation
import Glibc
import PostgreSQL
import Synchronization
import TestSupport
import Testing

@Suite(.enabled(if: Peer.postgres.isExpected, Comment(rawValue: Peer.postgres.absence)))
struct ConnectionFaultTests {
    /// Accepts connections on a port of 127.0.0.1 and never says anything.
    private static func silentServer() async throws -> NetworkProxy {
        let proxy = try await NetworkProxy.start(to: .port(try PostgresServer.shared.port))
        try await proxy.fallSilent()
        return proxy
    }

    // MARK: Connecting

    @Test func `a server that accepts and says nothing ends in time`() async throws {
        let silent = try await Self.silentServer()
        let settings = try ConnectionSettings("postgres://u:hunter2@127.0.0.1:\(silent.port)/d")
        let start = ContinuousClock.now
        let error = try #require(
            failure { () throws(PostgresError) in
                try ServerConnection(settings, connectTimeout: .milliseconds(300), applicationName: "tests")
            })
        #expect(error.code == .timedOut)
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(!"\(error)".contains("hunter2"))
        await silent.stop()
    }

    @Test func `the next host is tried where one is silent or refuses`() async throws {
        let server = try PostgresServer.shared
        let silent = try await Self.silentServer()
        let password = "p%40ss%2Fw%3Ard%20%25%3F"
        let settings = try ConnectionSettings(
            "postgres://reconcile:\(password)@127.0.0.1:1,127.0.0.1:\(silent.port),localhost:\(server.port)/postgres")
        let connection = try ServerConnection(settings, connectTimeout: .milliseconds(500), applicationName: "tests")
        #expect(connection.serverVersion >= 150_000)
        #expect(
            try connection.run("SELECT current_setting('application_name'), current_setting('client_encoding')").rows?
                .text(row: 0, column: 1) == "UTF8")
    }

    @Test func `a wrong password, a missing database and nobody there are told apart, without the password`() throws {
        let server = try PostgresServer.shared
        let wrong = try #require(
            failure { () throws(PostgresError) in
                try ServerConnection(
                    ConnectionSettings("postgres://reconcile:hunter2@127.0.0.1:\(server.port)/postgres"), applicationName: "tests")
            })
        #expect(wrong.code == .connectionFailed)
        #expect(wrong.sqlState == "28P01")
        let missing = try #require(
            failure { () throws(PostgresError) in
                try ServerConnection(ConnectionSettings("\(server.url(database: "nowhere"))?password=hunter2"), applicationName: "tests")
            })
        #expect(missing.sqlState == "3D000")
        let nobody = try #require(
            failure { () throws(PostgresError) in
                try ServerConnection(ConnectionSettings("postgres://u:hunter2@127.0.0.1:1/d"), applicationName: "tests")
            })
        #expect(nobody.code == .connectionFailed)
        #expect(nobody.sqlState == nil)
        let unknown = try #require(
            failure { () throws(PostgresError) in
                try ServerConnection(ConnectionSettings("postgres://u:hunter2@name.invalid/d"), applicationName: "tests")
            })
        #expect(unknown.code == .connectionFailed)
        for error in [wrong, missing, nobody, unknown] {
            #expect(!"\(error)".contains("hunter2"))
            #expect(!"\(error)".contains("\n"))
        }
    }

    @Test func `a standby is not taken for the primary`() throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        try server.psql("ALTER DATABASE \(database) SET default_transaction_read_only = on")
        let url = server.url(database: database)
        #expect(
            failure { () throws(PostgresError) in
                try ServerConnection(ConnectionSettings(url), applicationName: "tests")
            }?.code == .connectionFailed)
        #expect(try connect("\(url)?target_session_attrs=any").parameter("default_transaction_read_only") == "on")
        #expect(try connect("\(url)?target_session_attrs=prefer-standby").isOpen)
    }

    // MARK: Losing

    @Test func `a session that the server ends is lost with the reason, at work or idle`() throws {
        let server = try PostgresServer.shared
        let sleeper = try connect()
        let pid = sleeper.backendPID
        whenAsleep(pid) { _ = try? server.terminateBackend(pid) }
        let busy = try #require(
            failure { () throws(PostgresError) in
                try sleeper.exchange([.run(sql: "SELECT 1", []), .run(sql: "SELECT pg_sleep(30)", [])], timeout: .seconds(20))
            })
        #expect(busy.code == .connectionLost)
        #expect(busy.sqlState == "57P01")
        #expect(busy.index == 1)
        #expect(!sleeper.isOpen)
        #expect(failure { () throws(PostgresError) in try sleeper.run("SELECT 1") }?.code == .connectionLost)

        let idle = try connect()
        try server.terminateBackend(idle.backendPID)
        let lost = try #require(failure { () throws(PostgresError) in try idle.run("SELECT 1") })
        #expect(lost.code == .connectionLost)
        #expect(lost.sqlState == "57P01")

        let listener = try connect()
        try listener.run("LISTEN news")
        try server.terminateBackend(listener.backendPID)
        let deaf = try #require(failure { () throws(PostgresError) in try listener.notification(timeout: .seconds(10)) })
        #expect(deaf.code == .connectionLost)
        #expect(deaf.sqlState == "57P01")
        #expect(!listener.isOpen)
    }

    @Test func `a large exchange with a session that is gone raises no SIGPIPE`() throws {
        let connection = try connect()
        try PostgresServer.shared.terminateBackend(connection.backendPID)
        // The thread whose write fails gets the signal.
        PipeSignals.thread.store(pthread_self(), ordering: .relaxed)
        let before = signal(SIGPIPE) { _ in
            if PipeSignals.thread.load(ordering: .relaxed) == pthread_self() { PipeSignals.count.add(1, ordering: .relaxed) }
        }
        defer { _ = signal(SIGPIPE, before) }
        let value = Parameter.bytes([UInt8](repeating: 1, count: 1 << 20))
        let error = failure { () throws(PostgresError) in
            try connection.exchange([Message](repeating: .run(sql: "SELECT $1", [value]), count: 50), timeout: .seconds(20))
        }
        #expect(error?.code == .connectionLost)
        #expect(PipeSignals.count.load(ordering: .relaxed) == 0)
        raise(SIGPIPE)
        #expect(PipeSignals.count.load(ordering: .relaxed) == 1)
    }

    @Test(arguments: [0, 64]) func `a session that falls silent ends in time, however much waits to be sent`(megabytes: Int) throws {
        let connection = try connect()
        let pid = connection.backendPID
        try #require(kill(pid, SIGSTOP) == 0)
        defer { kill(pid, SIGCONT) }
        let value = Parameter.bytes([UInt8](repeating: 1, count: 1 << 20))
        let start = ContinuousClock.now
        let error = failure { () throws(PostgresError) in
            try connection.exchange(
                [.run(sql: "SELECT 1", [])] + [Message](repeating: .run(sql: "SELECT $1", [value]), count: megabytes),
                timeout: .milliseconds(500))
        }
        #expect(error?.code == .timedOut)
        #expect(!connection.isOpen)
        #expect(ContinuousClock.now - start < .seconds(3))
    }

    @Test func `a network that stops passing bytes on ends in time`() async throws {
        let server = try PostgresServer.shared
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let connection = try connect(server.passwordURL(database: "postgres", port: proxy.port))
        try connection.run("SELECT 1")
        try await proxy.fallSilent()
        let start = ContinuousClock.now
        #expect(failure { () throws(PostgresError) in try connection.run("SELECT 1", timeout: .milliseconds(300)) }?.code == .timedOut)
        #expect(ContinuousClock.now - start < .seconds(2))
        await proxy.stop()
    }

    @Test func `notices are not written to standard error`() throws {
        let connection = try connect()
        let folder = TemporaryFolder("notices")
        let file = try #require(FileHandle(forWritingAtPath: folder.write("", to: "errors")))
        let before = dup(2)
        dup2(file.fileDescriptor, 2)
        let result = Result { try connection.run("DO $$ BEGIN RAISE NOTICE 'hunter2'; RAISE WARNING 'hunter2'; END $$") }
        dup2(before, 2)
        close(before)
        let written = try String(contentsOfFile: folder.file("errors"), encoding: .utf8)
        // What other tests wrote meanwhile.
        try FileHandle.standardError.write(contentsOf: Data(written.utf8))
        #expect(try result.get().command == "DO")
        #expect(!written.contains("hunter2"))
    }
}

/// What a handler of SIGPIPE counts, which can hold nothing itself.
private enum PipeSignals {
    static let thread = Atomic<UInt>(0)
    static let count = Atomic(0)
}
