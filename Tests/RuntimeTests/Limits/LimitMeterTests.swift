import IntegrationRuntime
import Spec
import Store
import Testing
import Values

/// A store in memory that gives blocks as the real one does.
struct BlockStore {
    var granted: [String: Int] = [:]

    mutating func reserve(_ claim: LimitClaim) -> LimitGrant {
        let id = "\(claim.window) \(claim.start)"
        let block = claim.block(granted: granted[id] ?? 0)
        granted[id, default: 0] += block
        return LimitGrant(window: claim.window, start: claim.start, added: block, granted: granted[id] ?? 0)
    }
}

extension LimitMeter {
    /// Decides with the store at hand.
    mutating func decide(_ cost: Int, under limits: RateLimits, at now: Timestamp, from store: inout BlockStore) -> LimitReport {
        while true {
            switch take(cost, under: limits, at: now) {
            case .decided(let report):
                for claim in spareClaims(under: limits, for: "s") { receive(store.reserve(claim)) }
                return report
            case .needsReservation:
                for claim in claims(demand: cost, under: limits, for: "s") { receive(store.reserve(claim)) }
            }
        }
    }
}

struct LimitMeterTests {
    let start = Timestamp("2026-03-01T00:00:00Z") ?? Timestamp(seconds: 0)

    /// Admitted calls of `offered` spread evenly over one window.
    private func admitted(_ offered: Int, limits: RateLimits, within seconds: Int64, from first: Timestamp) -> Int {
        var (meter, store) = (LimitMeter(), BlockStore())
        return (0..<offered).count { index in
            let now = first + .milliseconds(seconds * 1000 * Int64(index) / Int64(offered))
            return meter.decide(1, under: limits, at: now, from: &store).isAdmitted
        }
    }

    @Test(
        arguments: [1, 10, 100, 1000, 10_000], [0.5, 0.9, 1.0, 1.001, 1.5, 2.0])
    func `exactly the lower of limit and offer is admitted`(limit: Int, load: Double) {
        let offered = max(1, Int((Double(limit) * load).rounded(.up)))
        #expect(admitted(offered, limits: RateLimits(perHour: limit), within: 3600, from: start) == min(limit, offered))
        #expect(admitted(offered, limits: RateLimits(perDay: limit), within: 86_400, from: start) == min(limit, offered))
    }

    @Test func `each hour starts anew until the day is used up, and denied calls count nowhere`() {
        var (meter, store) = (LimitMeter(), BlockStore())
        let limits = RateLimits(perHour: 12, perDay: 50)
        let admitted = (0..<24).map { hour in
            (0..<100).count { _ in
                meter.decide(1, under: limits, at: start + .seconds(3600 * hour), from: &store).isAdmitted
            }
        }
        #expect(admitted == [12, 12, 12, 12, 2] + Array(repeating: 0, count: 19))
        let next = meter.decide(1, under: limits, at: start + .seconds(86_400), from: &store)
        #expect(next.isAdmitted)
        #expect(next.day?.used == 1)
    }

    @Test func `when both windows deny, the one that resets last is shown and waited for`() {
        var (meter, store) = (LimitMeter(), BlockStore())
        let limits = RateLimits(perHour: 5, perDay: 5)
        for _ in 0..<5 { #expect(meter.decide(1, under: limits, at: start, from: &store).isAdmitted) }
        let report = meter.decide(1, under: limits, at: start + .milliseconds(1), from: &store)
        #expect(report.shown?.window == .day)
        #expect(report.retryAfterSeconds == 86_400)
        // An hour on only the day denies.
        let later = meter.decide(1, under: limits, at: start + .seconds(3600), from: &store)
        #expect(later.hour?.isDenying == false)
        #expect(later.retryAfterSeconds == 82_800)
        #expect(later.hour?.used == 0)
    }

    @Test func `a pass shows the window with the least remaining, of equals the later one`() {
        var (meter, store) = (LimitMeter(), BlockStore())
        #expect(meter.decide(1, under: RateLimits(perHour: 5, perDay: 100), at: start, from: &store).shown?.window == .hour)
        var (other, otherStore) = (LimitMeter(), BlockStore())
        let report = other.decide(1, under: RateLimits(perHour: 5, perDay: 5), at: start, from: &otherStore)
        #expect(report.windows.map(\.window) == [.day, .hour])
        #expect(report.shown?.remaining == 4)
    }

    @Test func `a clock that steps back goes on in the window that it left`() {
        var (meter, store) = (LimitMeter(), BlockStore())
        let limits = RateLimits(perHour: 10)
        for _ in 0..<10 { _ = meter.decide(1, under: limits, at: start + .seconds(3600), from: &store) }
        let report = meter.decide(1, under: limits, at: start + .seconds(3599), from: &store)
        #expect(!report.isAdmitted)
        #expect(report.now == start + .seconds(3600))
        #expect(report.hour?.resetsAt == start + .seconds(7200))
    }

    @Test(arguments: [3600, 86_400, 10 * 86_400] as [Int64])
    func `after a clock that was ahead the windows are those of the present, with what the store has for them`(ahead: Int64) {
        var (meter, store) = (LimitMeter(), BlockStore())
        let limits = RateLimits(perHour: 10, perDay: 15)
        for _ in 0..<6 { #expect(meter.decide(1, under: limits, at: start, from: &store).isAdmitted) }
        let before = store.granted
        #expect(meter.decide(1, under: limits, at: start + .seconds(ahead), from: &store).isAdmitted)
        let back = meter.decide(0, under: limits, at: start + .seconds(60), from: &store)
        #expect(back.now == start + .seconds(60))
        #expect(back.hour?.resetsAt == start + .seconds(3600))
        #expect(back.day?.resetsAt == start + .seconds(86_400))
        // What the store has given away counts as used, at the least what was used.
        #expect((back.hour?.used ?? 0) >= 6)
        #expect(before.values.allSatisfy { $0 >= 6 })
    }

    @Test(arguments: 0..<20)
    func `stepping to and fro never admits more than the limit in any window`(seed: UInt64) {
        var generator = Steps(state: seed)
        var (meter, store) = (LimitMeter(), BlockStore())
        let limits = RateLimits(perHour: 20, perDay: 50)
        var (hours, days): ([Timestamp: Int], [Timestamp: Int]) = ([:], [:])
        var moment = start
        for _ in 0..<5000 {
            switch generator.next(below: 40) {
            case 0: moment = start + .seconds(Int64(generator.next(below: 4 * 86_400)))
            case 1: moment = moment - .seconds(Int64(generator.next(below: 400)))
            default: moment = moment + .milliseconds(Int64(generator.next(below: 5000)))
            }
            let cost = Int(generator.next(below: 3))
            let report = meter.decide(cost, under: limits, at: moment, from: &store)
            guard report.isAdmitted else { continue }
            hours[LimitWindow.hour.start(of: report.now), default: 0] += cost
            days[LimitWindow.day.start(of: report.now), default: 0] += cost
        }
        #expect(hours.values.allSatisfy { $0 <= 20 })
        #expect(days.values.allSatisfy { $0 <= 50 })
        #expect(hours.count > 3)
    }

    private struct Steps {
        var state: UInt64

        mutating func next(below bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
    }

    @Test func `a changed limit acts at once and keeps what was used`() {
        var (meter, store) = (LimitMeter(), BlockStore())
        func remaining(_ limit: Int) -> Int? {
            meter.decide(1, under: RateLimits(perHour: limit), at: start, from: &store).hour?.remaining
        }
        #expect([remaining(100), remaining(100), remaining(10), remaining(10), remaining(200)] == [99, 98, 7, 6, 195])
    }

    @Test func `a call that costs more than is left is denied and takes nothing`() {
        var (meter, store) = (LimitMeter(), BlockStore())
        let limits = RateLimits(perHour: 10)
        #expect(meter.decide(7, under: limits, at: start, from: &store).isAdmitted)
        #expect(!meter.decide(4, under: limits, at: start, from: &store).isAdmitted)
        #expect(meter.decide(3, under: limits, at: start, from: &store).isAdmitted)
        #expect(!meter.decide(11, under: limits, at: start + .seconds(3600), from: &store).isAdmitted)
    }

    @Test func `cost 0 looks, even where nothing is left`() {
        var (meter, store) = (LimitMeter(), BlockStore())
        let limits = RateLimits(perHour: 1)
        _ = meter.decide(1, under: limits, at: start, from: &store)
        let report = meter.decide(0, under: limits, at: start, from: &store)
        #expect(report.isAdmitted)
        #expect(report.hour?.remaining == 0)
    }

    @Test func `a limit of nothing admits nothing`() {
        var (meter, store) = (LimitMeter(), BlockStore())
        #expect(!meter.decide(1, under: RateLimits(perHour: 0), at: start, from: &store).isAdmitted)
    }

    /// `kill -9` at every possible moment: never more than the limit, and at most a quarter of what was left is lost.
    @Test(arguments: [1, 2, 3, 4, 5, 10, 97, 400, 1000, 4000])
    func `a crash loses at most a quarter of what was left and admits nothing twice`(limit: Int) {
        let limits = RateLimits(perHour: limit)
        for crash in stride(from: 0, through: limit, by: max(1, limit / 97)) {
            var (meter, store) = (LimitMeter(), BlockStore())
            for _ in 0..<crash { _ = meter.decide(1, under: limits, at: start, from: &store) }
            var after = LimitMeter()
            for (_, granted) in store.granted {
                after.restore(LimitWindowRecord(subject: "s", window: .hour, start: start, granted: granted))
            }
            let rest = (0..<(2 * limit)).count { _ in after.decide(1, under: limits, at: start, from: &store).isAdmitted }
            #expect(crash + rest <= limit)
            #expect(Double(limit - crash - rest) <= Double(limit - crash) / 4, "limit \(limit), crash after \(crash)")
        }
    }

    @Test func `a clean stop loses nothing`() {
        var (meter, store) = (LimitMeter(), BlockStore())
        let limits = RateLimits(perHour: 1000)
        for _ in 0..<130 { _ = meter.decide(1, under: limits, at: start, from: &store) }
        for (window, start, unused) in meter.surrender() { store.granted["\(window) \(start)", default: 0] -= unused }
        #expect(Array(store.granted.values) == [130])
        #expect(meter.surrender().isEmpty)
    }
}
