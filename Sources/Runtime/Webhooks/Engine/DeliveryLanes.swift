import Spec
import Store

/// Decides what is sent next: one lane a webhook, lanes served in turn; pure.
///
///     state ──claim──► queue of the lane ──turn──► under way ──► finished
///
/// A receiver that never answers takes neither the connections nor the memory of the others:
/// - a lane begins with few attempts at once and earns more, one with every success; each failure halves what it has;
/// - a lane holds at most a quarter of the room that is left, and always a few, so that however many are stuck, the next can start.
///
/// What a lane has no room for stays in the state.
struct DeliveryLanes: Sendable {
    struct Limits: Sendable {
        /// Attempts under way, of all webhooks and of one.
        var underWay = 512
        var underWayPerLane = 64
        /// Of a webhook of which nothing is known yet.
        var underWayAtFirst = 8
        /// Deliveries held in memory and not yet sent, of all webhooks and of one.
        var held = 16_384
        var heldPerLane = 1024
        /// What one webhook may hold even where nothing is left.
        var heldAlways = 4
    }

    private struct Lane: Sendable {
        var queue = Line<ClaimedDelivery>()
        /// Room promised to events that are being stored.
        var reserved = 0
        var underWay = 0
        /// How many attempts it may have under way.
        var window: Int
        /// No unclaimed delivery in the state is due before; nil while none is known of.
        var nextDue: Timestamp?
        /// Whether it stands in the line of lanes that may send.
        var isInLine = false
        /// Whether something is due that there was no room for.
        var isStarved = false

        var held: Int { queue.count + reserved }

        init(window: Int) { self.window = window }
    }

    private let limits: Limits
    private var lanes: [WebhookID: Lane] = [:]
    private var line = Line<WebhookID>()
    private var due = DueTimes()
    private var starved: Set<WebhookID> = []
    private(set) var underWay = 0
    private(set) var held = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// When something in the state falls due, as far as is known; entries that no longer hold may make it too early.
    var nextDue: Timestamp? { due.first?.at }

    private var newLane: Lane { Lane(window: min(limits.underWayAtFirst, limits.underWayPerLane)) }

    /// The most that any lane may hold now.
    private var share: Int { min(limits.heldPerLane, max(limits.heldAlways, (limits.held - held) / 4)) }

    // MARK: What comes in

    /// Promises room for one delivery that is about to be stored already claimed; false where there is none.
    mutating func reserve(_ id: WebhookID) -> Bool {
        var lane = lanes[id] ?? newLane
        // Older deliveries wait in the state: new ones must not overtake them.
        guard lane.held < share, !lane.isStarved else { return false }
        lane.reserved += 1
        held += 1
        lanes[id] = lane
        return true
    }

    mutating func cancelReservation(_ id: WebhookID) {
        lanes[id]?.reserved -= 1
        held -= 1
    }

    /// Queues a delivery whose room was reserved.
    mutating func enqueueReserved(_ delivery: ClaimedDelivery) {
        lanes[delivery.webhookID]?.reserved -= 1
        held -= 1
        enqueue(delivery)
    }

    mutating func enqueue(_ delivery: ClaimedDelivery) {
        held += 1
        let new = newLane
        lanes[delivery.webhookID, default: new].queue.append(delivery)
        joinLine(delivery.webhookID)
    }

    /// Learns that the state holds something for the webhook that is due at `moment`.
    mutating func noteDue(_ id: WebhookID, at moment: Timestamp) {
        if let known = lanes[id]?.nextDue, known <= moment { return }
        let new = newLane
        lanes[id, default: new].nextDue = moment
        due.insert(.init(at: moment, webhook: id))
    }

    // MARK: What goes out

    /// The next delivery to send, of the lane whose turn it is; nil where nothing can be sent now.
    mutating func next() -> ClaimedDelivery? {
        guard underWay < limits.underWay, let id = line.popFirst(), var lane = lanes[id] else { return nil }
        lane.isInLine = false
        guard let delivery = lane.queue.popFirst() else {
            lanes[id] = lane
            return next()
        }
        lane.underWay += 1
        underWay += 1
        held -= 1
        lanes[id] = lane
        joinLine(id)
        return delivery
    }

    /// Ends what `next` began.
    ///
    /// - Parameter failed: nil where it says nothing about the receiver.
    mutating func finish(_ id: WebhookID, failed: Bool?) {
        underWay -= 1
        guard var lane = lanes[id] else { return }
        lane.underWay -= 1
        if let failed { lane.window = failed ? max(1, lane.window / 2) : min(lane.window + 1, limits.underWayPerLane) }
        lanes[id] = lane
        joinLine(id)
    }

    /// Forgets lanes of webhooks that are gone and have nothing here.
    mutating func forget(where isGone: (WebhookID) -> Bool) {
        lanes = lanes.filter { id, lane in lane.underWay > 0 || lane.held > 0 || lane.isInLine || !isGone(id) }
        starved = starved.filter { lanes[$0] != nil }
    }

    /// Takes every queued delivery out, to give it back.
    mutating func drain() -> [ClaimedDelivery] {
        var taken: [ClaimedDelivery] = []
        for id in Array(lanes.keys) {
            guard var lane = lanes[id] else { continue }
            taken += lane.queue.drain()
            lanes[id] = lane
        }
        held -= taken.count
        return taken
    }

    private mutating func joinLine(_ id: WebhookID) {
        guard let lane = lanes[id], !lane.isInLine, !lane.queue.isEmpty else { return }
        guard lane.underWay < lane.window else { return }
        lanes[id]?.isInLine = true
        line.append(id)
    }

    // MARK: What is fetched

    /// Whether a starved lane has room again.
    var hasRoomForStarved: Bool {
        guard !starved.isEmpty else { return false }
        let share = share
        return starved.contains { lanes[$0].map { $0.held <= share / 2 } ?? true }
    }

    /// The lanes with something due and room for it, each with how many it takes; whoever calls must fetch them, and
    /// report with `noteDue` what remains.
    mutating func takeDue(at now: Timestamp, atMost total: Int) -> [(webhook: WebhookID, limit: Int)] {
        while let entry = due.first, entry.at <= now {
            _ = due.popFirst()
            guard lanes[entry.webhook]?.nextDue == entry.at else { continue }
            lanes[entry.webhook]?.nextDue = nil
            lanes[entry.webhook]?.isStarved = true
            starved.insert(entry.webhook)
        }
        var taken: [(webhook: WebhookID, limit: Int)] = []
        var left = total
        let share = share
        for id in starved {
            guard left > 0 else { break }
            let room = share - (lanes[id]?.held ?? 0)
            // Few at a time are not worth a transaction while the lane has work.
            guard room > 0, room >= share / 2 else { continue }
            let limit = min(room, left)
            taken.append((id, limit))
            left -= limit
        }
        for (id, _) in taken {
            starved.remove(id)
            lanes[id]?.isStarved = false
        }
        return taken
    }
}
