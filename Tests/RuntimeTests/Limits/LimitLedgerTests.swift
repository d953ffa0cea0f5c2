import Spec
import Store
import Testing
import Values

@testable import IntegrationRuntime

struct LimitLedgerTests {
    /// How many of the calls are admitted, all at once.
    private static func admitted(_ count: Int, _ world: KeyWorld, _ subject: String, _ limits: RateLimits) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<count {
                group.addTask {
                    try await world.ledger.take(1, from: world.ledger.counter(for: subject), under: limits, at: world.clock.now).isAdmitted
                }
            }
            var admitted = 0
            for try await isAdmitted in group where isAdmitted { admitted += 1 }
            return admitted
        }
    }

    @Test(arguments: [(1, 1), (10, 1000), (700, 1000), (1000, 1000), (5000, 1000)])
    func `a thousand callers at once are admitted exactly up to the limit`(limit: Int, offered: Int) async throws {
        let world = try await KeyWorld()
        let admitted = try await world.running {
            try await Self.admitted(offered, world, "s", RateLimits(perHour: limit, perDay: limit * 2))
        }
        #expect(admitted == min(limit, offered))
    }

    @Test func `a clean stop keeps every count, over a restart`() async throws {
        let limits = RateLimits(perHour: 1000, perDay: 5000)
        let world = try await KeyWorld()
        _ = try await world.running { try await Self.admitted(130, world, "s", limits) }
        let windows = try await world.store.read { try $0.limitWindows(openAt: KeyWorld.start) }
        #expect(windows.map(\.granted) == [130, 130])
        let after = try await KeyWorld(restarting: world)
        let report = try await after.running {
            try await after.ledger.take(1, from: after.ledger.counter(for: "s"), under: limits, at: KeyWorld.start)
        }
        #expect(report.hour?.used == 131)
    }

    @Test(arguments: [1, 7, 130, 399, 400])
    func `a crash never admits more than the limit and loses at most a quarter of what was left`(before: Int) async throws {
        let limits = RateLimits(perHour: 400)
        let world = try await KeyWorld()
        // The first ledger is dropped as `kill -9` would drop it: blocks committed, counts gone.
        let first = LimitLedger(store: world.store, clock: { world.clock.now })
        let running = Task { try await first.run() }
        for _ in 0..<before {
            #expect(try await first.take(1, from: first.counter(for: "s"), under: limits, at: KeyWorld.start).isAdmitted)
        }
        let after = try await KeyWorld(restarting: world)
        let rest = try await after.running { try await Self.admitted(800, after, "s", limits) }
        #expect(before + rest <= 400)
        #expect(Double(400 - before - rest) <= Double(400 - before) / 4)
        running.cancel()
        _ = try? await running.value
    }

    @Test func `two processes on one state share the limit`() async throws {
        let limits = RateLimits(perHour: 300)
        let world = try await KeyWorld()
        let other = try await KeyWorld(restarting: world)
        let (a, b) = try await world.running {
            try await other.running {
                async let a = Self.admitted(300, world, "s", limits)
                async let b = Self.admitted(300, other, "s", limits)
                return try await (a, b)
            }
        }
        #expect(a + b <= 300)
        // What one holds unused the other cannot take: at most one block each.
        #expect(a + b >= 300 - 100)
    }

    @Test func `a clock set back over a restart goes on in the later window`() async throws {
        let limits = RateLimits(perHour: 5)
        let world = try await KeyWorld()
        #expect(try await world.running { try await Self.admitted(9, world, "s", limits) } == 5)
        world.clock.now = KeyWorld.start - .seconds(60)
        let after = try await KeyWorld(restarting: world)
        #expect(try await after.running { try await Self.admitted(9, after, "s", limits) } == 0)
        let next = try await KeyWorld(restarting: after)
        next.clock.now = KeyWorld.start + .seconds(3600)
        #expect(try await next.running { try await Self.admitted(9, next, "s", limits) } == 5)
    }

    @Test(arguments: [2 * 3600, 20 * 3600, 10 * 86_400] as [Int64])
    func `a clock that was ahead pins nothing, and admits nothing twice`(ahead: Int64) async throws {
        let limits = RateLimits(perHour: 5)
        let world = try await KeyWorld()
        try await world.running {
            #expect(try await Self.admitted(9, world, "s", limits) == 5)
            world.clock.now = KeyWorld.start + .seconds(ahead)
            #expect(try await Self.admitted(9, world, "s", limits) == 5)
            world.clock.now = KeyWorld.start + .seconds(1)
            let counter = world.ledger.counter(for: "s")
            let report = try await world.ledger.take(1, from: counter, under: limits, at: world.clock.now)
            #expect(!report.isAdmitted)
            #expect(report.hour?.resetsAt == KeyWorld.start + .seconds(3600))
            #expect(try await world.ledger.take(0, from: counter, under: limits, at: world.clock.now).hour?.used == 5)
        }
        // The same over a restart: the later window is not taken over.
        let after = try await KeyWorld(restarting: world)
        after.clock.now = KeyWorld.start + .seconds(3600)
        #expect(try await after.running { try await Self.admitted(9, after, "s", limits) } == 5)
        let last = try await KeyWorld(restarting: after)
        #expect(try await last.running { try await Self.admitted(9, last, "s", limits) } == 0)
    }

    @Test func `where no ledger runs, callers reserve what they need and no more`() async throws {
        let world = try await KeyWorld()
        let limits = RateLimits(perHour: 1000)
        for _ in 0..<3 {
            #expect(try await world.ledger.take(1, from: world.ledger.counter(for: "s"), under: limits, at: KeyWorld.start).isAdmitted)
        }
        #expect(try await world.store.read { try $0.limitWindows(openAt: KeyWorld.start) }.map(\.granted) == [3])
    }
}
