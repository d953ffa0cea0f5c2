import Testing
import Values

@testable import IntegrationRuntime

struct SharedTrafficTests {
    private let now = ContinuousClock.now

    @Test func `traffic is shared while one works off what is due and another hands in events`() {
        var traffic = SharedTraffic()
        traffic.noteFetched(1, at: now)
        #expect(!traffic.isShared(at: now))
        traffic.noteAccepted(1, at: now)
        #expect(!traffic.isShared(at: now))
        traffic.noteAccepted(2, at: now)
        #expect(traffic.isShared(at: now))
        traffic.noteAccepted(1, at: now)
        #expect(traffic.isShared(at: now))
        #expect(!traffic.isShared(at: now + SharedTraffic.memory))
    }

    @Test func `a transaction has as many rows as its work allows`() {
        var traffic = SharedTraffic()
        for _ in 0..<100 { traffic.noteWork(.microseconds(100)) }
        #expect(traffic.rowsPerTransaction == 64)
        traffic.noteWork(.milliseconds(3))
        #expect(traffic.rowsPerTransaction == 32)
        for _ in 0..<100 { traffic.noteWork(.milliseconds(3)) }
        #expect(traffic.rowsPerTransaction == 8)
        traffic.noteWork(.milliseconds(1))
        #expect(traffic.rowsPerTransaction == 12)
    }
}
