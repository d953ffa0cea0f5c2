import Foundation
import TestSupport
import Testing
import Values

@testable import Store

/// Who may be the one runtime of a database, and what becomes of the one before.
///
/// What is answered at once is told from what waits for the end of a lease, 15 s, however busy the machine is.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct RuntimeLeaseTests {
    private let server: PostgresServer
    private let database: String

    init() throws {
        server = try .shared
        database = try server.database()
    }

    private func open(_ url: String? = nil) throws -> Store { try Store(state: url ?? server.url(database: database), keyring: nil) }

    private func take(_ store: Store) async throws -> RuntimeLease { try #require(try await store.takeRuntimeLease()) }

    @Test func `a second runtime is refused at once, and has the place as soon as it is given back`() async throws {
        let (one, other) = (try open(), try open())
        let lease = try await take(one)
        for _ in 0..<3 {
            let begin = ContinuousClock.now
            let error = await #expect(throws: StoreError.self) { _ = try await other.takeRuntimeLease() }
            #expect(error?.code == .locked)
            #expect(error?.message.contains("another `reconcile serve` already runs on the state") == true)
            #expect(ContinuousClock.now - begin < .seconds(10))
            try await lease.renew()
        }
        await lease.release()
        let begin = ContinuousClock.now
        let next = try await take(other)
        #expect(ContinuousClock.now - begin < .seconds(10))
        // It ended by itself: it may still write what is left to write, and is not the runtime.
        let error = await #expect(throws: StoreError.self) { try await lease.renew() }
        #expect(error?.code == .fenced)
        try await next.renew()
        one.close()
        other.close()
    }

    @Test func `rows of processes that ended long ago are removed, and who comes back after that writes nothing`() async throws {
        let (runtime, command) = (try open(), try open())
        let lease = try await take(runtime)
        _ = try await runtime.write { try $0.advanceSerial() }
        _ = try await command.write { try $0.advanceSerial() }
        try server.psql("UPDATE writers SET beat_at = beat_at - 31 * 86400000::bigint", database: database)
        try await lease.pruneWriters()
        #expect(try server.psql("SELECT count(DISTINCT node) FROM writers", database: database) == "1")
        let error = await #expect(throws: StoreError.self) { try await command.write { try $0.advanceSerial() } }
        #expect(error?.code == .fenced)
        #expect(try await runtime.write { try $0.advanceSerial() } == 3)
        runtime.close()
        command.close()
    }

    @Test func `one that ended without a word is replaced within seconds, and is shut out on every lane`() async throws {
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let one = try open(server.passwordURL(database: database, port: proxy.port))
        let lease = try await take(one)
        _ = try await one.write { try $0.advanceSerial() }
        // As a process that is frozen, whose host has gone from the network.
        proxy.refuse()
        await proxy.cut()
        _ = try await eventually("the end of its sessions") { try server.backends(of: database).isEmpty ? true : nil }
        let other = try open()
        let begin = ContinuousClock.now
        let next = try await take(other)
        let passed = ContinuousClock.now - begin
        #expect(passed >= .seconds(3) && passed < .seconds(14), "\(passed)")
        proxy.refuse(false)
        try await Task.sleep(for: .milliseconds(300))
        let event = NewEvent(
            id: EventID(at: Timestamp(milliseconds: 1)), workspace: "a", type: "A", idempotencyKey: nil, body: "{}",
            createdAt: Timestamp(milliseconds: 1))
        // The exclusive lane, on which it has written before; a batch lane and a shared one, on which it has not.
        let writes: [@Sendable () async throws -> Void] = [
            { _ = try await one.write { try $0.advanceSerial() } },
            { _ = try await one.storeEvent(event, deliveries: []) },
            { _ = try await one.sharedWrite { try $0.db.run("DELETE FROM writers", []) } },
            { try await lease.renew() },
        ]
        for write in writes {
            let error = await #expect(throws: StoreError.self) { try await write() }
            #expect(error?.code == .fenced, "\(error?.message ?? "")")
        }
        #expect(try server.psql("SELECT serial, (SELECT count(*) FROM events) FROM state", database: database) == "1|0")
        try await next.renew()
        one.close()
        other.close()
        await proxy.stop()
    }

    @Test func `one that lost its connection keeps the place`() async throws {
        let (one, other) = (try open(), try open())
        let lease = try await take(one)
        let keeping = Task { try await lease.keep { _ in } }
        _ = try await other.read { try $0.stateSerial() }
        try server.psql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '\(database)'")
        let error = await #expect(throws: StoreError.self) { _ = try await other.takeRuntimeLease() }
        #expect(error?.code == .locked)
        try await lease.renew()
        keeping.cancel()
        _ = await keeping.result
        await lease.release()
        one.close()
        other.close()
    }

    @Test func `one that stopped within a transaction is replaced once its time is over`() async throws {
        let (one, other) = (try open(), try open())
        _ = try await take(one)
        let holder = try #require(try server.psql("SELECT holder FROM leases", database: database).split(separator: "\n").first)
        // The row of a lane that it holds, and a lease that has run out.
        let psql = URL(fileURLWithPath: try Peer.postgres.require()).deletingLastPathComponent().appendingPathComponent("psql").path
        let stopped = try RunningProcess(
            psql,
            [
                "-qXAt", "-h", server.folder, "-p", "\(server.port)", "-U", "postgres", "-d", database, "-c",
                "BEGIN; UPDATE writers SET beat_at = 0 WHERE node = '\(holder)'; SELECT pg_sleep(7)",
            ], environment: ["PATH": "/usr/bin:/bin"])
        _ = try await eventually("the lock") {
            try server.psql("SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND wait_event = 'PgSleep'") == "1"
                ? true : nil
        }
        try server.psql("UPDATE leases SET until = 1", database: database)
        let lease = try await take(other)
        try await lease.renew()
        try await stopped.killNow()
        one.close()
        other.close()
    }

    @Test func `to a role that may not see when sessions began, a holder that says nothing is not gone before its time is over`()
        async throws
    {
        let one = try open()
        _ = try await take(one)
        try server.psql("CREATE ROLE onlooker LOGIN")
        try server.psql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO onlooker", database: database)
        let other = try open(server.url(database: database).replacing("//\(PostgresServer.role)@", with: "//onlooker@"))
        // The rest of the lease, shortened here so that the test is; longer than a session must be gone.
        try server.psql("UPDATE leases SET until = until - 8500", database: database)
        let begin = ContinuousClock.now
        let until = try #require(
            Int64(
                try server.psql(
                    "SELECT until - CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) FROM leases", database: database)))
        let next = try await take(other)
        let passed = ContinuousClock.now - begin
        #expect(passed > .milliseconds(until - 100) && passed < .seconds(14), "\(passed) of \(until) ms")
        try await next.renew()
        one.close()
        other.close()
    }

    @Test(.enabled(if: Peer.pgbouncer.isExpected, "\(Peer.pgbouncer.absence)"))
    func `behind a pooler the end of the lease is waited for`() async throws {
        let pooler = try PgBouncer(before: server, poolSize: 2)
        let (one, other) = (try open(pooler.url(database: database)), try open(pooler.url(database: database)))
        let lease = try await take(one)
        let keeping = Task { try await lease.keep { _ in } }
        let begin = ContinuousClock.now
        let error = await #expect(throws: StoreError.self) { _ = try await other.takeRuntimeLease() }
        #expect(error?.code == .locked)
        #expect(ContinuousClock.now - begin < .seconds(10))
        keeping.cancel()
        _ = await keeping.result
        one.close()
        // The rest of the lease, shortened here so that the test is.
        try server.psql("UPDATE leases SET until = until - 11000", database: database)
        let waiting = ContinuousClock.now
        let next = try await take(other)
        let passed = ContinuousClock.now - waiting
        #expect(passed > .seconds(2) && passed < .seconds(14), "\(passed)")
        try await next.renew()
        other.close()
    }
}
