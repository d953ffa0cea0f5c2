import TestSupport
import Testing
import Values

@testable import Store

/// Reservations of one window's allowance by several writers.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct LimitInterleavingTests {
    private let world: Interleaving

    init() throws { world = try Interleaving() }

    private static func claim(limit: Int, demand: Int, takesSpare: Bool = true) -> LimitClaim {
        .sample(limit: limit, demand: demand, at: Interleaving.moment, takesSpare: takesSpare)
    }

    @Test func `the second of two reservations gets what the first has left`() async throws {
        let (one, other) = (try await world.session(), try await world.session())
        let claim = Self.claim(limit: 100, demand: 60, takesSpare: false)
        let first = try await one.run { try $0.reserveLimits([claim])[0] }
        let second = try await world.start({ try $0.reserveLimits([claim])[0] }, in: other, blockedBy: one)
        try await one.commit()
        #expect(first.added == 60)
        #expect(try await second.value().added == 40)
        try await other.commit()
    }

    @Test func `a reservation that is computed from what was read gives away more than there is`() async throws {
        let (one, other) = (try await world.session(), try await world.session())
        let claim = Self.claim(limit: 100, demand: 60, takesSpare: false)
        let read = { @Sendable (writing: Writing) in
            try writing.db.value("SELECT granted FROM limit_windows WHERE subject = ?", [claim.subject], as: Int.self) ?? 0
        }
        let write = { @Sendable (granted: Int) in
            { @Sendable (writing: Writing) in
                let block = claim.block(granted: granted)
                try writing.db.run(
                    """
                    INSERT INTO limit_windows (subject, span, start, granted) VALUES (?, 'hour', ?, ?)
                    ON CONFLICT (subject, span, start) DO UPDATE SET granted = excluded.granted
                    """, [claim.subject, claim.start.milliseconds, granted + block])
                return block
            }
        }
        let seen = (try await one.run(read), try await other.run(read))
        let first = try await one.run(write(seen.0))
        let second = try await world.start(write(seen.1), in: other, blockedBy: one)
        try await one.commit()
        let given = first + (try await second.value())
        #expect(given == 120)
        try await other.commit()
        #expect(try world.state.sql("SELECT granted FROM limit_windows") == "60")
    }

    @Test(arguments: [false, true]) func `eight connections give away the limit, and nothing more`(takesSpare: Bool) async throws {
        let claim = Self.claim(limit: 1_003, demand: 7, takesSpare: takesSpare)
        let given = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let session = try await world.session()
                    var given = 0
                    while true {
                        let added = try await session.run { try $0.reserveLimits([claim])[0].added }
                        try await session.commit()
                        given += added
                        if added == 0 { return given }
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(given == 1_003)
    }
}
