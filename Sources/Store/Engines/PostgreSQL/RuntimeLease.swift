import Foundation
import Synchronization
import Values

/// The right to be the one runtime of a database.
///
/// A row of `leases` names the holder, for `duration` at a time; the holder renews it every `renewal`. All times are the server's.
/// Whoever takes the place of another raises the epoch of its writers in the same transaction, so that nothing of it commits any more.
/// A holder that ended without a word is known by its session: once the server no longer has it, the place is free without waiting
/// for the end of the lease. Behind a pooler sessions say nothing, and the lease is waited for.
///
/// Concurrency: may be used from any task.
package final class RuntimeLease: Sendable {
    /// For how long a renewal holds.
    static let duration: Duration = .seconds(15)
    /// Between two renewals.
    static let renewal: Duration = .seconds(1)
    /// For how long a session must be gone until its holder counts as dead; a holder that lost its connection makes another one.
    private static let absence: Duration = .seconds(3)

    private let engine: PostgresEngine
    private let address: DatabaseAddress
    private let holder: String
    private let term: Int64

    /// The row as another process left it.
    private struct Seen: Sendable {
        var holder: String
        var term: Int64
        var until: Int64
        /// What is left of it, in milliseconds.
        var left: Int64
        /// Whether the server has the session of the last renewal; nil where sessions say nothing, or not to this role.
        var hasSession: Bool?

        /// Whether nobody has renewed or taken it meanwhile.
        func isSame(as other: Seen) -> Bool { holder == other.holder && term == other.term && until == other.until }
    }

    private init(engine: PostgresEngine, address: DatabaseAddress, holder: String, term: Int64) {
        self.engine = engine
        self.address = address
        self.holder = holder
        self.term = term
    }

    /// Takes the place if it is free, waiting for the end of a lease whose holder gives no sign of life.
    ///
    /// A holder that stopped within a transaction keeps its rows locked until the server ends that; the taking waits for it.
    ///
    /// - Throws: `StoreError.Code.locked` where another runtime lives.
    static func take(on engine: PostgresEngine, address: DatabaseAddress, holder: String) async throws -> RuntimeLease {
        var former: (seen: Seen, since: ContinuousClock.Instant)?
        let end = ContinuousClock.now + longestTaking
        while true {
            let isDead = former.map { $0.seen.hasSession == false && $0.since.duration(to: .now) >= absence } ?? false
            do {
                if let term = try await attempt(on: engine, holder: holder, replacing: isDead ? former?.seen : nil) {
                    return RuntimeLease(engine: engine, address: address, holder: holder, term: term)
                }
            } catch let error as StoreError where error.code == .locked && ContinuousClock.now < end {}
            guard let seen = try await look(on: engine), seen.left > 0 else { continue }
            if seen.hasSession == true || former.map({ !$0.seen.isSame(as: seen) }) ?? false { throw held(address) }
            former = (seen, former?.since ?? .now)
            try await Task.sleep(for: min(.milliseconds(500), .milliseconds(max(10, seen.left))))
        }
    }

    /// How long locks of a holder that is gone are waited for; the server ends what is idle in a transaction before.
    private static let longestTaking: Duration = .seconds(40)

    private static func held(_ address: DatabaseAddress) -> StoreError {
        StoreError(
            code: .locked,
            message: "another `reconcile serve` already runs on the state \(address); stop it first, or name another state with --state")
    }

    /// Renews the lease until the task is cancelled.
    ///
    /// - Parameter report: told when renewing begins to fail, once a minute while it does, and with nil when it succeeds again.
    /// - Throws: `StoreError.Code.fenced` once another process has the place; a server that does not answer is asked again.
    package func keep(report: @Sendable (StoreError?) -> Void) async throws {
        var reported: ContinuousClock.Instant?
        var pruned: ContinuousClock.Instant?
        while !Task.isCancelled {
            do {
                try await renew()
                if pruned.map({ $0.duration(to: .now) >= .seconds(3600) }) ?? true {
                    try await pruneWriters()
                    pruned = .now
                }
                if reported != nil { report(nil) }
                reported = nil
            } catch let error as StoreError where error.code != .fenced {
                if reported.map({ $0.duration(to: .now) >= .seconds(60) }) ?? true {
                    report(error)
                    reported = .now
                }
            }
            try await Task.sleep(for: Self.renewal)
        }
    }

    func renew() async throws {
        let (holder, term, address) = (holder, term, address)
        try await engine.writeLease { connection in
            let renewed = try connection.run(
                """
                UPDATE leases SET until = {now_ms} + ?, session = pg_backend_pid() || ' ' || (
                    SELECT extract(epoch FROM backend_start) FROM pg_stat_get_activity(pg_backend_pid()))
                WHERE name = 'runtime' AND holder = ? AND term = ?
                """, [Self.duration.milliseconds, holder, term])
            guard renewed == 1 else {
                throw StoreError(
                    code: .fenced,
                    message: "another `reconcile serve` has taken this one's place on the state \(address); this one ends")
            }
        }
    }

    /// Removes the rows of processes that ended long ago: every command leaves some, and `changeMark` reads them all.
    ///
    /// A process that has not ended after all is refused by the lack of its row, and starts again.
    func pruneWriters() async throws {
        let holder = holder
        _ = try await engine.writeLease { connection in
            try connection.run(
                "DELETE FROM writers WHERE beat_at < {now_ms} - ? AND node <> ?", [Self.writersLife.milliseconds, holder])
        }
    }

    /// How long a process that is no runtime may go on, at the least.
    private static let writersLife: Duration = .seconds(30 * 86_400)

    /// Gives the place back, so that the next runtime need not wait.
    package func release() async {
        let (holder, term) = (holder, term)
        _ = try? await engine.writeLease { connection in
            try connection.run("UPDATE leases SET until = 0 WHERE name = 'runtime' AND holder = ? AND term = ?", [holder, term])
        }
    }

    /// Takes a place that is free, or that of a holder that is known to be dead; the new term, or nil.
    private static func attempt(on engine: PostgresEngine, holder: String, replacing dead: Seen?) async throws -> Int64? {
        try await engine.writeLease { connection in
            // The row is there from the first time on, and locked from here to the commit.
            try connection.run(
                "INSERT INTO leases (name, holder, term, until) VALUES ('runtime', '', 0, 0) ON CONFLICT (name) DO NOTHING", [])
            let former = try connection.row("SELECT holder, term, until, {now_ms} FROM leases WHERE name = 'runtime' FOR UPDATE") { row in
                (holder: try row[0] as String, term: try row[1] as Int64, until: try row[2] as Int64, now: try row[3] as Int64)
            }
            guard let former, former.until <= former.now || former.holder == dead?.holder && former.until == dead?.until else { return nil }
            if former.until > 0 { try fence(former.holder, on: connection) }
            try connection.run(
                """
                UPDATE leases SET holder = ?, term = term + 1, until = {now_ms} + ?, session = pg_backend_pid() || ' ' || (
                    SELECT extract(epoch FROM backend_start) FROM pg_stat_get_activity(pg_backend_pid()))
                WHERE name = 'runtime'
                """, [holder, duration.milliseconds])
            return former.term + 1
        }
    }

    /// Whoever held the place before and did not give it back commits nothing from now on, should it come back: neither on the lanes
    /// that it has used nor on others.
    private static func fence(_ holder: String, on connection: any Connection) throws {
        try connection.run(
            """
            INSERT INTO writers (node, lane, epoch, batch, beat_at)
            SELECT ?, lane, ?, 0, {now_ms} FROM generate_series(0, ?) AS lane
            ON CONFLICT (node, lane) DO UPDATE SET epoch = writers.epoch + 1
            """, [holder, WriterSeat.firstEpoch + 1, WriterSeat.maximumLanes - 1])
    }

    /// The row as it is. Every role sees the processes of all sessions, and when they began only of its own or with `pg_read_all_stats`.
    private static func look(on engine: PostgresEngine) async throws -> Seen? {
        let isPooled = try await engine.isPooled()
        return try await engine.read { connection in
            try connection.row(
                """
                SELECT holder, term, until, until - {now_ms}, CASE WHEN session IS NOT NULL THEN (
                    SELECT CASE WHEN count(*) = 0 THEN false
                        ELSE bool_or(activity.pid || ' ' || extract(epoch FROM activity.backend_start) = session) END
                    FROM pg_stat_get_activity(NULL) AS activity WHERE CAST(activity.pid AS TEXT) = split_part(session, ' ', 1)) END
                FROM leases WHERE name = 'runtime'
                """
            ) { row in
                Seen(
                    holder: try row[0], term: try row[1], until: try row[2], left: try row[3],
                    hasSession: isPooled ? nil : try row[4] as Bool?)
            }
        }
    }
}

extension Store {
    /// Makes this process the one runtime of its database; nil for a file, whose lock is beside it.
    ///
    /// - Throws: `StoreError.Code.locked` where another one lives.
    package func takeRuntimeLease() async throws -> RuntimeLease? {
        guard let engine = engine as? PostgresEngine else { return nil }
        return try await RuntimeLease.take(on: engine, address: engine.address, holder: engine.node)
    }
}
