import Store
import TestSupport
import Testing
import Values

struct LimitStatementsTests {
    let folder = TemporaryFolder()
    let now = Timestamp(milliseconds: 1_790_000_000_000)

    private func claim(limit: Int, demand: Int = 1, window: LimitWindow = .hour) -> LimitClaim {
        .sample(limit: limit, demand: demand, window: window, at: now)
    }

    @Test(arguments: [
        (1000, 0, 1, 100), (1000, 700, 1, 75), (1000, 996, 1, 1), (1000, 999, 1, 1), (1000, 1000, 1, 0), (10, 0, 1, 2), (3, 0, 1, 1),
        (1000, 0, 250, 250), (1000, 900, 250, 100), (5, 9, 1, 0),
    ])
    func `a block is a quarter of what is left, from 1 to 100, or what callers wait for`(
        limit: Int, granted: Int, demand: Int, block: Int
    ) {
        #expect(claim(limit: limit, demand: demand).block(granted: granted) == block)
    }

    @Test func `a process that is about to end takes what it needs and no more`() {
        var claim = claim(limit: 1000, demand: 3)
        claim.takesSpare = false
        #expect(claim.block(granted: 0) == 3)
    }

    @Test func `blocks add up to the limit and never beyond`() async throws {
        let store = try Store(state: folder.state.location, keyring: nil)
        let claim = claim(limit: 137)
        var total = 0
        for _ in 0..<200 {
            let grant = try await store.write { try $0.reserveLimits([claim])[0] }
            total += grant.added
            #expect(grant.granted == total)
        }
        #expect(total == 137)
    }

    @Test func `what is handed back can be given again`() async throws {
        let store = try Store(state: folder.state.location, keyring: nil)
        let claim = claim(limit: 1000)
        _ = try await store.write { try $0.reserveLimits([claim])[0] }
        try await store.returnLimits([LimitReturn(subject: "key_a", window: .hour, start: claim.start, unused: 60)])
        let now = now
        let windows = try await store.read { try $0.limitWindows(openAt: now) }
        #expect(windows == [LimitWindowRecord(subject: "key_a", window: .hour, start: claim.start, granted: 40)])
    }

    @Test func `windows are open until they end, and go a day later`() async throws {
        let store = try Store(state: folder.state.location, keyring: nil)
        let (hour, day) = (claim(limit: 10), claim(limit: 10, window: .day))
        try await store.write { for claim in [hour, day] { _ = try $0.reserveLimits([claim])[0] } }
        func open(_ moment: Timestamp) async throws -> Int { try await store.read { try $0.limitWindows(openAt: moment).count } }
        #expect(try await open(now) == 2)
        #expect(try await open(LimitWindow.hour.end(ofWindowAt: hour.start)) == 1)
        let end = LimitWindow.day.end(ofWindowAt: day.start)
        #expect(try await open(end) == 0)
        try await store.write { try $0.pruneLimitWindows(at: end) }
        #expect(try await open(now) == 2)
        try await store.write { try $0.pruneLimitWindows(at: end + .seconds(2 * 86_400)) }
        #expect(try await open(now) == 0)
    }
}
