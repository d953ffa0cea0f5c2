import Foundation
import Synchronization
import TestSupport
import Testing
import Values

@testable import Store

/// The row of `writers` that stands before every transaction, and what becomes of a transaction that the database ends.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct WriterRowTests {
    private let server: PostgresServer
    private let database: String
    private let start = Timestamp(milliseconds: 1_789_998_400_000)

    init() throws {
        server = try .shared
        database = try server.database()
    }

    private func open(_ url: String? = nil) throws -> Store { try Store(state: url ?? server.url(database: database), keyring: nil) }

    private func event() -> NewEvent {
        NewEvent(id: EventID(at: start), workspace: "acme", type: "A", idempotencyKey: nil, body: "{}", createdAt: start)
    }

    private func count(_ table: String = "events") throws -> String { try server.psql("SELECT count(*) FROM \(table)", database: database) }

    /// One write of each kind of thread, of which the batches travel with their COMMIT in one message.
    private func writes(_ store: Store) -> [@Sendable () async throws -> Void] {
        let (start, event) = (start, event())
        let claim = LimitClaim(subject: "a", window: .hour, start: start, limit: 10, demand: 1)
        return [
            { _ = try await store.storeEvent(event, deliveries: []) },
            { _ = try await store.reserveLimits([claim]) },
            { try await store.returnLimits([LimitReturn(subject: "a", window: .hour, start: start, unused: 1)]) },
            { _ = try await store.write { try $0.advanceSerial() } },
            {
                try await store.sharedWrite {
                    try $0.db.queue("INSERT INTO leases (name, holder, term, until) VALUES ('x', '', 0, 0)", each: [[]])
                }
            },
        ]
    }

    /// One write of each kind, and then as many that change nothing as it takes until every thread that writes has its row: what became
    /// of its earlier transactions only a thread knows that has had some.
    private func useEveryThread(of store: Store) async throws {
        for write in writes(store) { try await write() }
        _ = try await eventually("a row for every thread") { () async throws -> Bool? in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask { _ = try await store.sharedWrite { try $0.db.value("SELECT 1", as: Int.self) } }
                    group.addTask { _ = try await store.groupWrite { try $0.db.value("SELECT 1", as: Int.self) } }
                }
                try await group.waitForAll()
            }
            // One exclusive, two shared, two of batches.
            return try server.psql("SELECT count(*) FROM writers WHERE lane BETWEEN 1 AND 5", database: database) == "5" ? true : nil
        }
    }

    private func expectFenced(_ store: Store) async {
        for write in writes(store) {
            let error = await #expect(throws: StoreError.self) { try await write() }
            #expect(error?.code == .fenced, "\(error?.message ?? "")")
        }
    }

    private func content() throws -> String {
        try server.psql(
            "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM limit_windows), (SELECT serial FROM state), (SELECT count(*) FROM leases)",
            database: database)
    }

    @Test func `a writer writes nothing to a database that was made anew under it`() async throws {
        let store = try open()
        for write in writes(store) { try await write() }
        #expect(try content() == "1|1|1|1")
        try server.drop(database)
        try server.psql("CREATE DATABASE \(database) OWNER reconcile")
        try open().close()
        // The first call on each connection finds it cut, and comes back over a new one.
        await expectFenced(store)
        #expect(try content() == "0|0|0|0")
        store.close()
    }

    @Test func `a connection that is first used on a database that was made anew, or put back to before the process, writes nothing`()
        async throws
    {
        let store = try open()
        _ = try await store.write { try $0.advanceSerial() }
        try server.psql("DELETE FROM writers; UPDATE state SET serial = 0", database: database)
        await expectFenced(store)
        #expect(try content() == "0|0|0|0")
        store.close()
    }

    @Test func `a writer writes nothing to a database that was put back to an earlier time`() async throws {
        let store = try open()
        try await useEveryThread(of: store)
        try server.psql("UPDATE writers SET batch = batch - 1; DELETE FROM leases; DELETE FROM limit_windows", database: database)
        let before = try content()
        await expectFenced(store)
        #expect(try content() == before)
        store.close()
    }

    @Test func `a writer whose epoch was raised writes nothing`() async throws {
        let store = try open()
        try await useEveryThread(of: store)
        try server.psql("UPDATE writers SET epoch = epoch + 1; DELETE FROM leases", database: database)
        let before = try content()
        await expectFenced(store)
        #expect(try content() == before)
        store.close()
    }

    @Test func `a commit that cannot be resolved is said to be unknown after ten seconds, and its writer goes on`() async throws {
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let store = try open(server.passwordURL(database: database, port: proxy.port))
        // The one thread of such writes has its connection.
        _ = try await store.write { [event = event()] in try $0.storeEvent(event, deliveries: []) }
        proxy.loseAnswer(containing: "COMMIT")
        proxy.refuse()
        let begin = ContinuousClock.now
        let error = await #expect(throws: StoreError.self) {
            _ = try await store.write { [event = event()] in try $0.storeEvent(event, deliveries: []) }
        }
        let passed = ContinuousClock.now - begin
        #expect(error?.code == .unavailable)
        #expect(error?.isUndecided == true)
        #expect(error?.message.contains("what was asked for may have been done") == true)
        #expect(passed > .seconds(9) && passed < .seconds(14), "\(passed)")
        #expect(try count() == "2")
        proxy.refuse(false)
        // Somewhere between two attempts to connect.
        _ = try await eventually("a write that goes through") { () async throws -> Bool? in
            do {
                _ = try await store.write { [event = event()] in try $0.storeEvent(event, deliveries: []) }
                return true
            } catch let error as StoreError where error.code == .unavailable {
                #expect(!error.isUndecided)
                return nil
            }
        }
        #expect(try count() == "3")
        store.close()
        await proxy.stop()
    }

    @Test func `a server that falls silent is given up, and everybody behind it at once`() async throws {
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let store = try open(server.passwordURL(database: database, port: proxy.port))
        _ = try await store.read { try $0.stateSerial() }
        try await proxy.fallSilent()
        let begin = ContinuousClock.now
        let codes = await withTaskGroup(of: StoreError.Code?.self) { group in
            for _ in 0..<10_000 {
                group.addTask {
                    do {
                        _ = try await store.read { try $0.stateSerial() }
                        return nil
                    } catch { return (error as? StoreError)?.code }
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        let passed = ContinuousClock.now - begin
        #expect(codes == [.unavailable: 10_000])
        #expect(passed < .seconds(20), "\(passed)")
        try await proxy.speak()
        _ = try await eventually("a read that goes through") { try? await store.read { try $0.stateSerial() } }
        store.close()
        await proxy.stop()
    }

    @Test func `ten thousand readers of a server that is gone are answered within seconds, and served once it is back`() async throws {
        let server = try PostgresServer()
        let database = try server.database()
        let store = try Store(state: server.url(database: database), keyring: nil)
        try server.stop(.fast)
        let begin = ContinuousClock.now
        let failed = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<10_000 {
                group.addTask {
                    do {
                        if number % 2 == 0 {
                            _ = try await store.read { try $0.stateSerial() }
                        } else {
                            _ = try await store.groupWrite { try $0.advanceSerial() }
                        }
                        return false
                    } catch { return (error as? StoreError)?.code == .unavailable }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        let passed = ContinuousClock.now - begin
        #expect(failed == 10_000)
        #expect(passed < .seconds(8), "\(passed)")
        try server.start()
        _ = try await eventually("a read that goes through") { try? await store.read { try $0.stateSerial() } }
        _ = try await store.write { try $0.advanceSerial() }
        store.close()
    }

    @Test func `a closed state answers every call`() async throws {
        let store = try open()
        store.close()
        for write in writes(store) + [{ _ = try await store.read { try $0.stateSerial() } }] {
            let error = await #expect(throws: StoreError.self) { try await write() }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func `a transaction that the server ends for idling runs again`() async throws {
        let store = try open()
        let runs = Mutex(0)
        _ = try await store.write { tx in
            let run = runs.withLock { runs in
                runs += 1
                return runs
            }
            _ = try tx.advanceSerial()
            guard run == 1 else { return }
            try tx.db.run("SET LOCAL idle_in_transaction_session_timeout = '20ms'", [])
            Thread.sleep(forTimeInterval: 0.3)
            _ = try tx.advanceSerial()
        }
        #expect(runs.withLock { $0 } == 2)
        #expect(try server.psql("SELECT serial FROM state", database: database) == "1")
        store.close()
    }

    @Test func `a statement that takes too long is ended, leaves nothing, and the next one is served`() async throws {
        let store = try open()
        let error = await #expect(throws: StoreError.self) {
            try await store.write { tx in
                _ = try tx.advanceSerial()
                try tx.db.run("SET LOCAL statement_timeout = '50ms'", [])
                try tx.db.run("SELECT pg_sleep(5)", [])
            }
        }
        #expect(error?.code == .unavailable)
        #expect(error?.isUndecided == false)
        #expect(error?.message.contains("took too long") == true)
        _ = try await store.write { try $0.advanceSerial() }
        #expect(try server.psql("SELECT serial FROM state", database: database) == "1")
        store.close()
    }

    @Test func `somebody's LOCK TABLE is waited for, then said, and hurts nobody afterwards`() async throws {
        let store = try open()
        _ = try await store.storeEvent(event(), deliveries: [])
        let psql = URL(fileURLWithPath: try Peer.postgres.require()).deletingLastPathComponent().appendingPathComponent("psql").path
        let holder = try RunningProcess(
            psql,
            [
                "-qXAt", "-h", server.folder, "-p", "\(server.port)", "-U", "postgres", "-d", database, "-c",
                "BEGIN; LOCK TABLE events; SELECT pg_sleep(60)",
            ],
            environment: ["PATH": "/usr/bin:/bin"])
        _ = try await eventually("the lock") {
            try server.psql(
                "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'events'::regclass", database: database)
                == "1" ? true : nil
        }
        let begin = ContinuousClock.now
        let error = await #expect(throws: StoreError.self) { _ = try await store.storeEvent(event(), deliveries: []) }
        #expect(error?.code == .locked)
        #expect(ContinuousClock.now - begin < .seconds(8))
        try await holder.killNow()
        let sleeper =
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '\(database)' AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()"
        try server.psql(sleeper)
        _ = try await store.storeEvent(event(), deliveries: [])
        #expect(try count() == "2")
        store.close()
    }

    @Test func `statements are prepared anew where a column has changed, or the session has lost them`() async throws {
        let store = try open()
        let (one, other, third) = (event(), event(), event())
        _ = try await store.storeEvent(one, deliveries: [])
        #expect(try await store.read { try $0.event(one.id)?.type } == "A")
        try server.psql("ALTER TABLE events ALTER COLUMN type TYPE varchar COLLATE \"C\"", database: database)
        for _ in 0..<6 { #expect(try await store.read { try $0.event(one.id)?.type } == "A") }
        _ = try await store.storeEvent(other, deliveries: [])
        let runs = Mutex(0)
        _ = try await store.groupWrite { tx in
            if runs.withLock({ runs in
                runs += 1
                return runs
            }) == 1 {
                try tx.db.run("DEALLOCATE ALL", [])
            }
            _ = try tx.storeEvent(third, deliveries: [])
        }
        #expect(try count() == "3")
        store.close()
    }
}
