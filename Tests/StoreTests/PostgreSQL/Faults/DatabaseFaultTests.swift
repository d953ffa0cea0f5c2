import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Store

/// Nothing is lost, doubled or guessed, whatever befalls the database and the way to it. `RECONCILE_SOAK=1` makes it hundreds of faults.
@Suite(.serialized, .enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct DatabaseFaultTests {
    private static let isLong = ProcessInfo.processInfo.environment["RECONCILE_SOAK"] == "1"

    @Test func `answers to COMMIT that are lost are found out, and nobody hears of it`() async throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let load = try await FaultLoad(url: server.passwordURL(database: database, port: proxy.port), server: server, database: database)
        let count = Self.isLong ? 400 : 40
        try await load.run {
            for round in 0..<count {
                let before = proxy.lostAnswers
                proxy.loseAnswer(containing: "COMMIT", number: 1 + round % 5)
                _ = try await eventually("a lost answer", every: .milliseconds(2)) { proxy.lostAnswers > before ? true : nil }
            }
        }
        #expect(proxy.lostAnswers == count)
        try load.compare()
        #expect(!load.ledger.events.values.contains { $0 != .done }, "a lost answer reached a caller")
        load.store.close()
        await proxy.stop()
    }

    @Test func `answers that are lost anywhere in a transaction leave everything once`() async throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let load = try await FaultLoad(url: server.passwordURL(database: database, port: proxy.port), server: server, database: database)
        let texts = ["UPDATE", "INSERT", "BEGIN", "SELECT", "COMMIT"]
        let count = Self.isLong ? 300 : 25
        try await load.run {
            for round in 0..<count {
                let before = proxy.lostAnswers
                proxy.loseAnswer(containing: texts[round % texts.count], number: 1 + round % 7)
                _ = try await eventually("a lost answer", every: .milliseconds(2)) { proxy.lostAnswers > before ? true : nil }
                if round % 5 == 4 { await proxy.cut() }
            }
        }
        #expect(proxy.lostAnswers == count)
        try load.compare()
        load.store.close()
        await proxy.stop()
    }

    @Test func `back ends that are ended at random moments leave everything once`() async throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        let load = try await FaultLoad(url: server.url(database: database), server: server, database: database)
        let count = Self.isLong ? 200 : 12
        var generator = SystemRandomNumberGenerator()
        let seeds = (0..<count).map { _ in Int.random(in: 0..<1_000, using: &generator) }
        let ended = Mutex(0)
        try await load.run {
            for seed in seeds {
                let sql = """
                    SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
                    WHERE datname = '\(database)' AND backend_type = 'client backend' ORDER BY md5(pid || '\(seed)') LIMIT 2) AS chosen
                    """
                let number = Int(try server.psql(sql)) ?? 0
                ended.withLock { $0 += number }
                try await Task.sleep(for: .milliseconds(10 + seed % 60))
            }
        }
        #expect(ended.withLock { $0 } >= count / 2)
        try load.compare()
        load.store.close()
    }

    @Test(.enabled(if: Peer.pgbouncer.isExpected, "\(Peer.pgbouncer.absence)"))
    func `back ends that are ended behind a pooler, and a pooler that is restarted, leave everything once`() async throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        let pooler = try PgBouncer(before: server, poolSize: 3)
        let load = try await FaultLoad(url: pooler.url(database: database), server: server, database: database)
        let count = Self.isLong ? 100 : 8
        let fallen = Mutex(0)
        try await load.run {
            for round in 0..<count {
                try await Task.sleep(for: .milliseconds(30 + round * 37 % 90))
                if round % 8 == 7 {
                    try pooler.stop()
                    try pooler.start()
                } else {
                    guard let backend = try server.backends(of: database).randomElement(), try server.terminateBackend(backend) else {
                        continue
                    }
                }
                fallen.withLock { $0 += 1 }
            }
        }
        #expect(fallen.withLock { $0 } >= count / 2)
        try load.compare()
        load.store.close()
    }

    @Test func `a server that is killed and started again leaves everything once`() async throws {
        let server = try PostgresServer(isDurable: true)
        let database = try server.database()
        let load = try await FaultLoad(url: server.url(database: database), server: server, database: database)
        let count = Self.isLong ? 30 : 3
        try await load.run {
            for round in 0..<count {
                try await Task.sleep(for: .milliseconds(200 + round * 97 % 500))
                if round % 3 == 2, let backend = try server.backends(of: database).randomElement() {
                    let crashes = Self.crashes(server)
                    try server.killBackend(backend)
                    _ = try await eventually("the crash") { Self.crashes(server) > crashes ? true : nil }
                    _ = try await eventually("the server's return") { (try? server.psql("SELECT 1")) == "1" ? true : nil }
                } else {
                    try server.stop(.immediate)
                    try server.start()
                }
            }
        }
        #expect(Self.crashes(server) >= 1)
        try load.compare()
        load.store.close()
    }

    /// How often the server has found one of its processes killed, upon which it starts anew.
    private static func crashes(_ server: PostgresServer) -> Int { server.log.ranges(of: "was terminated by signal 9").count }
}
