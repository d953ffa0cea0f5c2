import Store
import Testing
import Values

@testable import IntegrationRuntime

/// What a workspace may take of slots, memory and outcomes, whatever it has waiting.
struct DeliverySharesTests {
    private let now = Timestamp(seconds: 1000)

    private func limits(_ change: (inout DeliveryLanes.Limits) -> Void = { _ in }) -> DeliveryLanes.Limits {
        var limits = DeliveryLanes.Limits()
        change(&limits)
        return limits
    }

    private func webhook(_ number: Int) -> WebhookID { WebhookID(at: Timestamp(milliseconds: Int64(number))) }

    private func delivery(_ webhook: WebhookID, bytes: Int = 0) -> ClaimedDelivery {
        ClaimedDelivery(
            id: DeliveryID(at: now), eventID: EventID(at: now), webhookID: webhook, claim: "c", attempts: 0, retriesLeft: 0,
            body: Array(repeating: 65, count: bytes))
    }

    /// Webhooks of one workspace, each with more to send than it may.
    private func crowd(_ lanes: Lanes, _ workspace: String, from first: Int, count: Int) -> [WebhookID] {
        (first..<first + count).map { number in
            let id = webhook(number)
            lanes.place(id, in: workspace)
            for _ in 0..<20 { lanes.enqueue(delivery(id)) }
            return id
        }
    }

    private func sendAll(_ lanes: Lanes) -> [WebhookID] {
        var sent: [WebhookID] = []
        while let delivery = lanes.next() { sent.append(delivery.webhookID) }
        return sent
    }

    @Test func `a lone workspace takes four fifths of the slots, and whoever comes finds some at once`() {
        let lanes = Lanes()
        _ = crowd(lanes, "holes", from: 0, count: 500)
        #expect(sendAll(lanes).count == 410)
        let other = Set(crowd(lanes, "other", from: 1000, count: 20))
        let sent = sendAll(lanes)
        #expect(sent.count >= 80)
        #expect(sent.allSatisfy(other.contains))
        let third = crowd(lanes, "third", from: 2000, count: 1)
        #expect(sendAll(lanes).prefix(1) == third.prefix(1))
    }

    @Test func `what becomes free goes to the workspace with the fewest under way`() {
        let lanes = Lanes(limits { $0.underWay = 12 })
        let many = crowd(lanes, "many", from: 0, count: 12)
        let sent = sendAll(lanes)
        #expect(sent.count == 10)
        let few = crowd(lanes, "few", from: 100, count: 3)
        #expect(sendAll(lanes) == Array(few.prefix(2)))
        lanes.finish(many[0], failed: true)
        #expect(lanes.next()?.webhookID == few[2])
        lanes.finish(many[1], failed: true)
        // Four against seven: still the one with fewer.
        #expect(lanes.next().map { few.contains($0.webhookID) } == true)
    }

    @Test func `a workspace's backlog leaves room in memory for every other`() {
        let lanes = Lanes()
        for number in 0..<1000 {
            let id = webhook(number)
            lanes.place(id, in: "backlog")
            while lanes.held < 16_384, lanes.reserve(id) {}
        }
        #expect(lanes.held < 16_384 * 3 / 4)
        let other = webhook(5000)
        lanes.place(other, in: "other")
        #expect((0..<500).count { _ in lanes.reserve(other) } == 500)
    }

    @Test func `bodies are bounded in all and for each workspace, and a workspace with none may always have one`() {
        let lanes = Lanes(limits { $0.bytes = 1 << 20 })
        for number in 0..<200 {
            let id = webhook(number)
            lanes.place(id, in: "large")
            while lanes.reserve(id, bytes: 10_000) {}
        }
        #expect(lanes.bytes <= 1 << 19)
        let other = webhook(1000)
        lanes.place(other, in: "other")
        #expect(lanes.reserve(other, bytes: 200_000))
        #expect(!lanes.reserve(other, bytes: 200_000))
        for number in 2000..<2100 {
            let id = webhook(number)
            lanes.place(id, in: "workspace \(number)")
            _ = lanes.reserve(id, bytes: 200_000)
        }
        #expect(lanes.bytes <= (2 << 20) + 200_000)
        lanes.cancelReservation(other, bytes: 200_000)
        #expect(lanes.reserve(other, bytes: 1000))
    }

    @Test func `bodies under way count until the attempt ends`() {
        let lanes = Lanes(limits { $0.bytes = 1000 })
        let (a, b) = (webhook(1), webhook(2))
        lanes.enqueue(delivery(a, bytes: 600))
        #expect(lanes.next() != nil)
        #expect(lanes.bytes == 600)
        #expect(!lanes.reserve(b, bytes: 600))
        lanes.finish(a, bytes: 600, failed: false)
        #expect(lanes.bytes == 0)
        #expect(lanes.reserve(b, bytes: 600))
    }

    @Test func `of what is due, workspaces take turns`() {
        let lanes = Lanes()
        for number in 0..<300 {
            let id = webhook(number)
            lanes.place(id, in: "backlog")
            lanes.noteDue(id, at: now)
        }
        let other = webhook(1000)
        lanes.place(other, in: "other")
        lanes.noteDue(other, at: now + .milliseconds(1))
        let taken = lanes.takeDue(at: now + .seconds(1), atMost: 128).map(\.webhook)
        #expect(taken.contains(other))
    }

    @Test func `however much is due, all of it is taken in the end`() {
        let lanes = Lanes(limits { ($0.held, $0.heldPerLane, $0.bytes, $0.largestBody) = (64, 8, 6400, 100) })
        var owed = Dictionary(uniqueKeysWithValues: (0..<60).map { (webhook($0), 50) })
        for (position, id) in owed.keys.sorted().enumerated() {
            lanes.place(id, in: "workspace \(position % 3)")
            lanes.noteDue(id, at: now)
        }
        var underWay: [ClaimedDelivery] = []
        var steps = 0
        while owed.values.contains(where: { $0 > 0 }) || lanes.held > 0 || !underWay.isEmpty, steps < 100_000 {
            steps += 1
            // As the engine does: fetches only when told to.
            if steps == 1 || lanes.hasRoomForStarved || lanes.nextDue != nil {
                for (id, limit) in lanes.takeDue(at: now, atMost: 16) {
                    let count = min(limit, owed[id] ?? 0)
                    for _ in 0..<count { lanes.enqueue(delivery(id, bytes: 100)) }
                    owed[id, default: 0] -= count
                    if owed[id] ?? 0 > 0 { lanes.noteDue(id, at: now) }
                }
            }
            while let next = lanes.next() { underWay.append(next) }
            guard let ended = underWay.popLast() else { continue }
            lanes.finish(ended.webhookID, bytes: 100, failed: false)
            lanes.recorded(ended.webhookID)
        }
        #expect(owed.values.allSatisfy { $0 == 0 })
        #expect(lanes.held == 0 && lanes.bytes == 0 && underWay.isEmpty)
    }

    @Test func `outcomes that cannot be written stop the workspace that has too many, and no other`() {
        let lanes = Lanes(limits { $0.unrecorded = 256 })
        let (a, b) = (webhook(1), webhook(2))
        lanes.place(a, in: "fast")
        lanes.place(b, in: "other")
        for _ in 0..<400 { lanes.enqueue(delivery(a)) }
        var sent = 0
        while lanes.next() != nil {
            sent += 1
            lanes.finish(a, failed: false)
        }
        #expect(sent == 128)
        lanes.enqueue(delivery(b))
        #expect(lanes.next()?.webhookID == b)
        lanes.recorded(a)
        #expect(lanes.next()?.webhookID == a)
    }

    @Test func `a webhook that goes while its outcomes are not yet written takes nothing from its workspace`() {
        let lanes = Lanes(limits { $0.unrecorded = 128 })
        let kept = webhook(0)
        lanes.place(kept, in: "a")
        for number in 1...200 {
            let id = webhook(number)
            lanes.place(id, in: "a")
            lanes.enqueue(delivery(id))
            #expect(lanes.next()?.webhookID == id)
            lanes.finish(id, failed: false)
            lanes.forget { $0 != kept }
            lanes.recorded(id)
            lanes.forget { $0 != kept }
        }
        lanes.enqueue(delivery(kept))
        #expect(lanes.next()?.webhookID == kept)
    }

    @Test func `outcomes count in the workspace that they were sent for, also of a webhook that was unknown then`() {
        let lanes = Lanes(limits { $0.unrecorded = 128 })
        for number in 0..<200 {
            let id = webhook(number)
            lanes.enqueue(delivery(id))
            #expect(lanes.next()?.webhookID == id)
            lanes.finish(id, failed: false)
            lanes.place(id, in: "a")
            lanes.recorded(id)
        }
        lanes.enqueue(delivery(webhook(300)))
        #expect(lanes.next() != nil)
    }

    @Test func `workspaces that have no webhook left are forgotten, and take no room`() {
        let lanes = Lanes()
        for number in 0..<1000 {
            let id = webhook(number)
            lanes.place(id, in: "workspace \(number)")
            lanes.enqueue(delivery(id))
            #expect(lanes.next()?.webhookID == id)
            lanes.finish(id, failed: true)
            lanes.recorded(id)
            lanes.forget { $0 == id }
        }
        #expect(lanes.workspaceCount <= 2)
        let (a, b) = (webhook(2000), webhook(2001))
        lanes.place(a, in: "a")
        lanes.place(b, in: "b")
        for id in [a, b] { lanes.enqueue(delivery(id)) }
        #expect(Set(sendAll(lanes)) == [a, b])
    }

    @Test func `turns go by who has the fewest, then by who came first, and stale offers are passed over`() {
        var turns = FairTurns(most: 4)
        for (who, count) in [(0, 2), (1, 0), (2, 0), (1, 0), (3, 99)] { turns.offer(who, count: count) }
        var order: [[Int]] = []
        while let turn = turns.first {
            order.append([turn.who, turn.count])
            turns.dropFirst()
        }
        #expect(order == [[1, 0], [2, 0], [0, 2], [3, 4]])
    }
}
