import Store
import Values

/// Decides what is sent next: one lane a webhook, lanes of a workspace served in turn, workspaces by who has the fewest under
/// way; pure, and O(1) a step.
///
///     state ──claim──► queue of the lane ──turn──► under way ──► finished ──► recorded
///
/// Nobody's backlog and no receiver that never answers takes the connections or the memory of the others:
/// - a lane begins with few attempts at once and earns more, one with every success; each failure halves what it has;
/// - a workspace may have four times as many attempts under way as are free: alone, four fifths of all; and whoever comes
///   then finds the rest;
/// - likewise it holds at most as much as is free, counted in deliveries and in bytes of their bodies, and a lane at most a
///   quarter of what its workspace may still hold. A few deliveries a lane, and one body a workspace, always find room.
///
/// What there is no room for stays in the state.
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
        /// Bodies in memory, of what is held and of what is under way.
        var bytes = 64 << 20
        /// As much as a body is taken to have before it is read.
        var largestBody = 256 << 10
        /// Outcomes that are not yet written; beyond, nothing is sent.
        var unrecorded = 8192
    }

    struct Lane: Sendable {
        /// Its workspace, by place in `workspaces`.
        var workspace: Int
        var queue = Line<ClaimedDelivery>()
        /// Room promised to events that are being stored.
        var reserved = 0
        var underWay = 0
        /// Outcomes that are not yet written; they count in its workspace, which it must not leave before.
        var unrecorded = 0
        /// Bodies held, promised and under way.
        var bytes = 0
        /// How many attempts it may have under way.
        var window: Int
        /// No unclaimed delivery in the state is due before; nil while none is known of.
        var nextDue: Timestamp?
        /// Whether it stands in the line of lanes that may send.
        var isInLine = false
        /// Whether something is due that there was no room for.
        var isStarved = false

        var held: Int { queue.count + reserved }
        var isIdle: Bool { held == 0 && underWay == 0 && unrecorded == 0 && !isInLine && !isStarved }

        mutating func keepPromise(_ delivery: ClaimedDelivery) {
            reserved -= 1
            queue.append(delivery)
        }

        /// Returns the workspace in which to count it.
        mutating func add(_ delivery: ClaimedDelivery) -> Int {
            queue.append(delivery)
            bytes += delivery.body.count
            return workspace
        }
    }

    struct Workspace: Sendable {
        /// Lanes that may send, and lanes with something due.
        var ready = Line<WebhookID>()
        var starved = Line<WebhookID>()
        var isInStarvedLine = false
        var underWay = 0
        var held = 0
        var bytes = 0
        var unrecorded = 0

        var isIdle: Bool { underWay == 0 && held == 0 && unrecorded == 0 && ready.isEmpty && !isInStarvedLine }
    }

    let limits: Limits
    var lanes: [WebhookID: Lane] = [:]
    /// The first is that of webhooks whose workspace nobody has told yet.
    var workspaces = [Workspace()]
    /// Places in `workspaces`: by name, by webhook, and those that nobody has.
    var placeByName: [ExactText: Int] = [:]
    var placeByWebhook: [WebhookID: Int] = [:]
    var freePlaces: [Int] = []
    private var turns: FairTurns
    var due = DueTimes()
    /// Workspaces with starved lanes, and how many entries their lines have.
    var starvedLine = Line<Int>()
    var starvedCount = 0
    private(set) var underWay = 0
    private(set) var held = 0
    private(set) var bytes = 0
    private(set) var unrecorded = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
        turns = FairTurns(most: limits.underWay)
    }

    /// When something in the state falls due, as far as is known; entries that no longer hold may make it too early.
    var nextDue: Timestamp? { due.first?.at }

    func newLane(_ id: WebhookID) -> Lane {
        Lane(workspace: placeByWebhook[id] ?? 0, window: min(limits.underWayAtFirst, limits.underWayPerLane))
    }

    // MARK: What comes in

    /// Promises room for one delivery that is about to be stored already claimed; false where there is none.
    mutating func reserve(_ id: WebhookID, bytes size: Int = 0) -> Bool {
        var lane = lanes[id] ?? newLane(id)
        // Older deliveries wait in the state: new ones must not overtake them.
        guard lane.held < share(of: lane), hasRoom(for: size, lane), !lane.isStarved else { return false }
        lane.reserved += 1
        lane.bytes += size
        count(lane.workspace, held: 1, bytes: size)
        lanes[id] = lane
        return true
    }

    mutating func cancelReservation(_ id: WebhookID, bytes size: Int = 0) {
        guard var lane = lanes[id] else { return }
        lane.reserved -= 1
        lane.bytes -= size
        count(lane.workspace, held: -1, bytes: -size)
        lanes[id] = lane
    }

    /// Queues a delivery whose room was reserved.
    mutating func enqueueReserved(_ delivery: ClaimedDelivery) {
        lanes[delivery.webhookID]?.keepPromise(delivery)
        joinLine(delivery.webhookID)
    }

    mutating func enqueue(_ delivery: ClaimedDelivery) {
        let (id, new) = (delivery.webhookID, newLane(delivery.webhookID))
        // In place: a copy of the lane would copy its queue.
        let workspace = lanes[id, default: new].add(delivery)
        count(workspace, held: 1, bytes: delivery.body.count)
        joinLine(id)
    }

    // MARK: What goes out

    /// The next delivery to send: of the workspace with the fewest under way, of its lane whose turn it is; nil where nothing
    /// can be sent now.
    mutating func next() -> ClaimedDelivery? {
        let free = limits.underWay - underWay
        guard free > 0, unrecorded < limits.unrecorded else { return nil }
        while let turn = turns.first {
            guard workspaces[turn.who].underWay == turn.count, maySend(turn.who) else {
                turns.dropFirst()
                continue
            }
            guard turn.count < 4 * free else { return nil }
            turns.dropFirst()
            if let delivery = take(from: turn.who) { return delivery }
        }
        return nil
    }

    private mutating func take(from workspace: Int) -> ClaimedDelivery? {
        while let id = workspaces[workspace].ready.popFirst() {
            guard var lane = lanes[id] else { continue }
            lane.isInLine = false
            let delivery = lane.queue.popFirst()
            if delivery != nil {
                lane.underWay += 1
                underWay += 1
                workspaces[workspace].underWay += 1
                count(workspace, held: -1, bytes: 0)
            }
            lanes[id] = lane
            joinLine(id)
            if let delivery {
                offer(workspace)
                return delivery
            }
        }
        return nil
    }

    /// Ends what `next` began; its outcome counts as unrecorded until `recorded`.
    ///
    /// - Parameters:
    ///   - size: bytes of the body.
    ///   - failed: nil where it says nothing about the receiver.
    mutating func finish(_ id: WebhookID, bytes size: Int = 0, failed: Bool?) {
        underWay -= 1
        guard var lane = lanes[id] else { return }
        unrecorded += 1
        lane.underWay -= 1
        lane.unrecorded += 1
        lane.bytes -= size
        count(lane.workspace, held: 0, bytes: -size)
        workspaces[lane.workspace].underWay -= 1
        workspaces[lane.workspace].unrecorded += 1
        if let failed { lane.window = failed ? max(1, lane.window / 2) : min(lane.window + 1, limits.underWayPerLane) }
        lanes[id] = lane
        joinLine(id)
        offer(lane.workspace)
    }

    /// The outcome of a delivery is written.
    mutating func recorded(_ id: WebhookID) {
        // One that was drained was never under way, and is not counted.
        guard let lane = lanes[id], lane.unrecorded > 0 else { return }
        unrecorded -= 1
        lanes[id]?.unrecorded -= 1
        workspaces[lane.workspace].unrecorded -= 1
        offer(lane.workspace)
    }

    /// Takes every queued delivery out, to give it back; without its body.
    mutating func drain() -> [ClaimedDelivery] {
        var taken: [ClaimedDelivery] = []
        for id in Array(lanes.keys) {
            guard var lane = lanes[id] else { continue }
            var queued = lane.queue.drain()
            var size = 0
            for position in queued.indices {
                size += queued[position].body.count
                queued[position].body = []
            }
            lane.bytes -= size
            count(lane.workspace, held: -queued.count, bytes: -size)
            lanes[id] = lane
            taken += queued
        }
        return taken
    }

    private mutating func joinLine(_ id: WebhookID) {
        guard let lane = lanes[id], !lane.isInLine, !lane.queue.isEmpty, lane.underWay < lane.window else { return }
        lanes[id]?.isInLine = true
        workspaces[lane.workspace].ready.append(id)
        offer(lane.workspace)
    }

    private mutating func offer(_ workspace: Int) {
        if maySend(workspace) { turns.offer(workspace, count: workspaces[workspace].underWay) }
    }

    /// Whether it has anything to send, and room among the outcomes that are not yet written.
    private func maySend(_ workspace: Int) -> Bool {
        !workspaces[workspace].ready.isEmpty && workspaces[workspace].unrecorded < max(64, limits.unrecorded - unrecorded)
    }

    // MARK: Shares

    private mutating func count(_ workspace: Int, held more: Int, bytes size: Int) {
        held += more
        bytes += size
        workspaces[workspace].held += more
        workspaces[workspace].bytes += size
    }

    /// The most that the lane may hold now.
    func share(of lane: Lane) -> Int {
        let left = limits.held - held - workspaces[lane.workspace].held
        return min(limits.heldPerLane, max(limits.heldAlways, left / 4))
    }

    /// Whether a body of that size finds room.
    func hasRoom(for size: Int, _ lane: Lane) -> Bool {
        let own = workspaces[lane.workspace].bytes
        if own == 0 { return bytes < 2 * limits.bytes }
        let left = limits.bytes - bytes - own
        return size <= (lane.bytes == 0 ? left : left / 4 - lane.bytes)
    }
}
