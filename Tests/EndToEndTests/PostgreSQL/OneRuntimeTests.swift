import Foundation
import TestSupport
import Testing
import Values

/// One `reconcile serve` a database, whatever becomes of the one before.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct OneRuntimeTests {
    private let server: PostgresServer
    private let database: String

    init() throws {
        server = try .shared
        database = try server.database()
    }

    private func bench(_ url: String? = nil) throws -> Workbench {
        try Workbench(["RECONCILE_STATE": url ?? server.url(database: database)])
    }

    /// A second start, which must be refused.
    private func expectRefusal(_ bench: Workbench) async throws {
        let begin = ContinuousClock.now
        let second = try await bench.run("serve", "--listen", "127.0.0.1:0")
        #expect(second.code == 5, "\(second.said)")
        #expect(second.errors.contains("another `reconcile serve` already runs on the state"))
        #expect(ContinuousClock.now - begin < .seconds(5))
    }

    @Test func `a second one ends with 5, and the place is free after a clean stop and soon after a kill`() async throws {
        let bench = try bench()
        let first = try await bench.serve(within: .seconds(10))
        try await expectRefusal(bench)
        #expect(try await first.stop().code == 0)
        let clean = ContinuousClock.now
        let next = try await bench.serve(within: .seconds(10))
        let afterStop = ContinuousClock.now - clean
        try await next.process.killNow()
        let killed = ContinuousClock.now
        let last = try await bench.serve(within: .seconds(10))
        let afterKill = ContinuousClock.now - killed
        print("ready \(afterStop) after a clean stop, \(afterKill) after a kill")
        #expect(afterStop < .seconds(4))
        #expect(afterKill < .seconds(8))
        try await last.stop()
    }

    @Test func `one that cannot listen gives the place back`() async throws {
        let bench = try bench()
        let failed = try await bench.run("serve", "--listen", "203.0.113.1:80")
        #expect(failed.code == 1)
        let begin = ContinuousClock.now
        try await bench.serve(within: .seconds(10)).stop()
        #expect(ContinuousClock.now - begin < .seconds(4))
    }

    @Test func `one that was frozen and comes back too late writes nothing more and ends`() async throws {
        let bench = try bench()
        let first = try await bench.serve(within: .seconds(10))
        first.process.signal(SIGSTOP)
        try await expectRefusal(bench)
        // The lease of the frozen one runs out.
        let second = try await eventually("the place", within: .seconds(30), every: .milliseconds(500)) {
            try? await bench.serve(within: .seconds(8))
        }
        let serial = try server.psql("SELECT serial FROM state", database: database)
        let events = try server.psql("SELECT count(*) FROM events", database: database)
        first.process.signal(SIGCONT)
        // Whatever it is asked in its last moments, it does not do.
        _ = try? await first.admin.post("/api/events", ["event": "POST_PUBLISHED", "data": ["number": 1]])
        let exit = try await first.process.ended(within: .seconds(40))
        #expect(exit.code == 1, "\(first.process.said)")
        #expect(first.process.errors.contains("taken this one's place on the state"), "\(first.process.said)")
        #expect(try server.psql("SELECT serial FROM state", database: database) == serial)
        #expect(try server.psql("SELECT count(*) FROM events", database: database) == events)
        try await second.isReady(within: .seconds(2))
        #expect(try await second.stop().code == 0)
    }

    @Test(.enabled(if: Peer.pgbouncer.isExpected, "\(Peer.pgbouncer.absence)"))
    func `behind a pooler the place of a killed one is free when its lease is over`() async throws {
        let pooler = try PgBouncer(before: server, poolSize: 4)
        let bench = try bench(pooler.url(database: database))
        let first = try await bench.serve(within: .seconds(10))
        try await expectRefusal(bench)
        try await first.process.killNow()
        let killed = ContinuousClock.now
        let next = try await bench.serve(within: .seconds(30))
        let passed = ContinuousClock.now - killed
        print("ready \(passed) after a kill, behind a pooler")
        #expect(passed < .seconds(20))
        try await next.stop()
    }
}
