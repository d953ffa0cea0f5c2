import TestSupport
import Testing
import Values

@testable import Store

struct ReserveLimitsTests {
    private let folder = TemporaryFolder()
    private let store: Store
    private let start = Timestamp(milliseconds: 1_789_998_400_000)

    init() throws { store = try Store(state: folder.state.location, keyring: nil) }

    private func claim(limit: Int, demand: Int = 1, window: LimitWindow = .hour, takesSpare: Bool = true) -> LimitClaim {
        .sample(limit: limit, demand: demand, window: window, at: start, takesSpare: takesSpare)
    }

    @Test(arguments: [0, 1, 3, 10, 137, 1000, 1 << 40, .max])
    func `the statement decides what the formula says, whatever the state has as given away`(limit: Int) async throws {
        for granted in [Int.min, -7, -1, 0, 1, 2, 9, 10, 136, 137, 500, 996, 999, 1000, 1001, 1 << 50, .max] {
            for (demand, takesSpare) in [0, 1, 3, 250, 1 << 45].flatMap({ [($0, true), ($0, false)] }) {
                let claim = claim(limit: limit, demand: demand, takesSpare: takesSpare)
                let grant = try await store.write { writing in
                    try writing.db.run("DELETE FROM limit_windows", [])
                    try writing.db.run(
                        "INSERT INTO limit_windows (subject, span, start, granted) VALUES (?, 'hour', ?, ?)",
                        [claim.subject, claim.start.milliseconds, granted])
                    return try writing.reserveLimits([claim])[0]
                }
                let block = claim.block(granted: granted)
                #expect(grant.added == block, "\(granted) of \(limit) given away, \(demand) wanted")
                #expect(grant.granted == max(0, granted) + block)
            }
        }
    }

    @Test func `claims of many callers add up to the limit, and each gets its own grants in its order`() async throws {
        let claims = [claim(limit: 1003, demand: 2), claim(limit: 7, window: .day)]
        let store = store
        let grants = try await withThrowingTaskGroup(of: [LimitGrant].self) { group in
            for _ in 0..<400 { group.addTask { try await store.reserveLimits(claims) } }
            var grants: [[LimitGrant]] = []
            for try await some in group { grants.append(some) }
            return grants
        }
        #expect(grants.allSatisfy { $0.map(\.window) == [.hour, .day] })
        #expect(grants.map { $0[0].added }.reduce(0, +) == 1003)
        #expect(grants.map { $0[1].added }.reduce(0, +) == 7)
    }

    @Test func `one window claimed twice in a batch is given away twice, in the order of arrival`() async throws {
        let claim = claim(limit: 150, demand: 100)
        let grants = try await store.write { try ReserveLimits.run([[claim], [claim, claim]], in: $0) }
        #expect(grants.map { $0.map(\.added) } == [[100], [50, 0]])
        #expect(grants.map { $0.map(\.granted) } == [[100], [150, 150]])
    }
}
