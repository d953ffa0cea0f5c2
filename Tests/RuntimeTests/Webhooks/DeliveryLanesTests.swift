import Store
import Testing
import Values

@testable import IntegrationRuntime

struct DeliveryLanesTests {
    private let a = WebhookID(at: Timestamp(milliseconds: 1))
    private let b = WebhookID(at: Timestamp(milliseconds: 2))
    private let c = WebhookID(at: Timestamp(milliseconds: 3))
    private let now = Timestamp(seconds: 1000)

    private func limits(_ change: (inout DeliveryLanes.Limits) -> Void) -> DeliveryLanes.Limits {
        var limits = DeliveryLanes.Limits()
        change(&limits)
        return limits
    }

    private func delivery(_ webhook: WebhookID) -> ClaimedDelivery {
        ClaimedDelivery(
            id: DeliveryID(at: now), eventID: EventID(at: now), webhookID: webhook, claim: "c", attempts: 0, retriesLeft: 0, body: [])
    }

    @Test func `lanes take turns whatever their length`() {
        let lanes = Lanes()
        for _ in 0..<3 { lanes.enqueue(delivery(a)) }
        lanes.enqueue(delivery(b))
        lanes.enqueue(delivery(c))
        #expect((0..<5).map { _ in lanes.next()?.webhookID } == [a, b, c, a, a])
        #expect(lanes.next()?.id == nil)
    }

    @Test func `a lane sends no more at once than its share, and goes on when one ends`() {
        let lanes = Lanes(limits { $0.underWayPerLane = 2 })
        for _ in 0..<4 { lanes.enqueue(delivery(a)) }
        lanes.enqueue(delivery(b))
        #expect((0..<3).map { _ in lanes.next()?.webhookID } == [a, b, a])
        #expect(lanes.next()?.id == nil)
        lanes.finish(a, failed: false)
        #expect(lanes.next()?.webhookID == a)
        #expect(lanes.next()?.id == nil)
    }

    @Test func `a lane earns more at once with every success, and halves it with every failure`() {
        let lanes = Lanes(limits { ($0.underWayAtFirst, $0.underWayPerLane) = (2, 4) })
        for _ in 0..<40 { lanes.enqueue(delivery(a)) }
        func open() -> Int {
            var count = 0
            while lanes.next() != nil { count += 1 }
            return count
        }
        #expect(open() == 2)
        lanes.finish(a, failed: false)
        #expect(open() == 2)
        lanes.finish(a, failed: false)
        lanes.finish(a, failed: false)
        #expect(open() == 3)
        #expect(lanes.underWay == 4)
        lanes.finish(a, failed: true)
        #expect(open() == 0)
        for _ in 0..<3 { lanes.finish(a, failed: true) }
        #expect(open() == 1)
        lanes.finish(a, failed: nil)
        #expect(open() == 1)
    }

    @Test func `however many lanes are stuck, the next one finds room`() {
        let lanes = Lanes(limits { ($0.held, $0.heldPerLane) = (4096, 1024) })
        for number in 0..<200 {
            let id = WebhookID(at: Timestamp(milliseconds: Int64(number)))
            #expect(lanes.reserve(id))
            while lanes.reserve(id) {}
        }
        #expect(lanes.held <= 4096 + 200 * 4)
    }

    @Test func `the sum of all lanes is bounded`() {
        let lanes = Lanes(limits { $0.underWay = 2 })
        for id in [a, b, c] { lanes.enqueue(delivery(id)) }
        #expect(lanes.next() != nil && lanes.next() != nil)
        #expect(lanes.next()?.id == nil)
        lanes.finish(a, failed: nil)
        #expect(lanes.next()?.webhookID == c)
    }

    @Test func `room is promised up to the limits and given back`() {
        let lanes = Lanes(limits { ($0.held, $0.heldPerLane) = (8, 2) })
        #expect([a, a, a, b, b].map { lanes.reserve($0) } == [true, true, false, true, true])
        #expect(lanes.held == 4)
        lanes.cancelReservation(a)
        #expect(lanes.held == 3)
        #expect(lanes.reserve(a))
    }

    @Test func `what is due is taken at its time, once, and noted anew by whoever took it`() {
        let lanes = Lanes()
        lanes.noteDue(a, at: now + .seconds(5))
        lanes.noteDue(a, at: now + .seconds(9))
        lanes.noteDue(b, at: now + .seconds(2))
        #expect(lanes.nextDue == now + .seconds(2))
        #expect(lanes.takeDue(at: now, atMost: 100).isEmpty)
        #expect(lanes.takeDue(at: now + .seconds(2), atMost: 100).map(\.webhook) == [b])
        #expect(lanes.takeDue(at: now + .seconds(5), atMost: 100).map(\.webhook) == [a])
        #expect(lanes.takeDue(at: now + .seconds(99), atMost: 100).isEmpty)
        #expect(lanes.nextDue == nil)
    }

    @Test func `an earlier time replaces a later one`() {
        let lanes = Lanes()
        lanes.noteDue(a, at: now + .seconds(5))
        lanes.noteDue(a, at: now)
        #expect(lanes.takeDue(at: now, atMost: 100).map(\.webhook) == [a])
        #expect(lanes.takeDue(at: now + .seconds(5), atMost: 100).isEmpty)
    }

    @Test func `a full lane waits in the state, and new deliveries do not overtake`() {
        let lanes = Lanes(limits { $0.heldPerLane = 4 })
        for _ in 0..<4 { lanes.enqueue(delivery(a)) }
        lanes.noteDue(a, at: now)
        #expect(lanes.takeDue(at: now, atMost: 100).isEmpty)
        #expect(!lanes.hasRoomForStarved)
        #expect(!lanes.reserve(a))
        #expect(lanes.reserve(b))
        _ = lanes.next()
        _ = lanes.next()
        #expect(lanes.hasRoomForStarved)
        #expect(!lanes.reserve(a))
        let taken = lanes.takeDue(at: now, atMost: 100)
        #expect(taken.map(\.webhook) == [a])
        #expect(taken.map(\.limit) == [2])
        #expect(lanes.reserve(a))
    }

    @Test func `draining gives back what was not sent`() {
        let lanes = Lanes()
        for id in [a, a, b] { lanes.enqueue(delivery(id)) }
        _ = lanes.next()
        #expect(lanes.drain().count == 2)
        #expect(lanes.next()?.id == nil)
        #expect(lanes.held == 0)
        #expect(lanes.underWay == 1)
    }
}

/// The lanes as an object, for expectations cannot call what changes a value.
final class Lanes {
    private var value: DeliveryLanes

    init(_ limits: DeliveryLanes.Limits = .init()) { value = DeliveryLanes(limits: limits) }

    var held: Int { value.held }
    var underWay: Int { value.underWay }
    var nextDue: Timestamp? { value.nextDue }
    var hasRoomForStarved: Bool { value.hasRoomForStarved() }
    var bytes: Int { value.bytes }
    func place(_ id: WebhookID, in workspace: String) { value.place(id, in: workspace) }
    var workspaceCount: Int { value.workspaces.count }
    func forget(where isGone: (WebhookID) -> Bool) { value.forget(where: isGone) }
    func recorded(_ id: WebhookID) { value.recorded(id) }
    func reserve(_ id: WebhookID, bytes: Int = 0) -> Bool { value.reserve(id, bytes: bytes) }
    func cancelReservation(_ id: WebhookID, bytes: Int = 0) { value.cancelReservation(id, bytes: bytes) }
    func enqueue(_ delivery: ClaimedDelivery) { value.enqueue(delivery) }
    func noteDue(_ id: WebhookID, at moment: Timestamp) { value.noteDue(id, at: moment) }
    func next() -> ClaimedDelivery? { value.next() }
    func finish(_ id: WebhookID, bytes: Int = 0, failed: Bool?) { value.finish(id, bytes: bytes, failed: failed) }
    func drain() -> [ClaimedDelivery] { value.drain() }
    func takeDue(at now: Timestamp, atMost total: Int) -> [(webhook: WebhookID, limit: Int)] { value.takeDue(at: now, atMost: total) }
}
