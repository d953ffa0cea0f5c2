import Store
import Values

extension DeliveryLanes {
    /// Learns that the state holds something for the webhook that is due at `moment`.
    mutating func noteDue(_ id: WebhookID, at moment: Timestamp) {
        var lane = lanes[id] ?? newLane(id)
        if let known = lane.nextDue, known <= moment { return }
        lane.nextDue = moment
        lanes[id] = lane
        due.insert(.init(at: moment, webhook: id))
    }

    /// Whether a starved lane has room again, of the two that have waited longest for the question.
    ///
    /// Asked whenever something leaves; the last that leaves makes room for everybody, so nobody is forgotten.
    mutating func hasRoomForStarved() -> Bool {
        for _ in 0..<2 {
            guard let id = nextStarved() else { return false }
            let hasRoom = lanes[id].map { rows(for: $0) > 0 } ?? false
            starve(id)
            if hasRoom { return true }
        }
        return false
    }

    /// The lanes with something due and room for it, each with how many it takes, workspaces and their lanes in turn; whoever
    /// calls must fetch them, and report with `noteDue` what remains.
    mutating func takeDue(at now: Timestamp, atMost total: Int) -> [(webhook: WebhookID, limit: Int)] {
        while let entry = due.first, entry.at <= now {
            _ = due.popFirst()
            guard let lane = lanes[entry.webhook], lane.nextDue == entry.at else { continue }
            lanes[entry.webhook]?.nextDue = nil
            if !lane.isStarved { starve(entry.webhook) }
        }
        var taken: [(webhook: WebhookID, limit: Int)] = []
        var left = total
        for _ in 0..<starvedCount where left > 0 {
            guard let id = nextStarved() else { break }
            let limit = min(left, lanes[id].map { rows(for: $0) } ?? 0)
            guard limit > 0 else {
                starve(id)
                continue
            }
            taken.append((id, limit))
            left -= limit
        }
        return taken
    }

    /// How many it may fetch; few at a time are not worth a transaction while the lane has work.
    private func rows(for lane: Lane) -> Int {
        let share = share(of: lane)
        let room = share - lane.held
        guard room > 0, room >= share / 2 else { return 0 }
        let own = workspaces[lane.workspace].bytes
        let left = limits.bytes - bytes - own
        let bodies = max(0, left / 4 - lane.bytes) / limits.largestBody
        let findsOne = hasRoom(for: limits.largestBody, lane)
        return min(room, max(bodies, findsOne ? 1 : 0))
    }

    private mutating func starve(_ id: WebhookID) {
        guard let workspace = lanes[id]?.workspace else { return }
        lanes[id]?.isStarved = true
        starvedCount += 1
        workspaces[workspace].starved.append(id)
        guard !workspaces[workspace].isInStarvedLine else { return }
        workspaces[workspace].isInStarvedLine = true
        starvedLine.append(workspace)
    }

    /// Takes the lane whose turn it is out of the starved ones.
    private mutating func nextStarved() -> WebhookID? {
        while let workspace = starvedLine.popFirst() {
            let id = workspaces[workspace].starved.popFirst()
            if workspaces[workspace].starved.isEmpty {
                workspaces[workspace].isInStarvedLine = false
            } else {
                starvedLine.append(workspace)
            }
            guard let id else { continue }
            starvedCount -= 1
            // Its webhook may be gone.
            guard lanes[id]?.isStarved == true else { continue }
            lanes[id]?.isStarved = false
            return id
        }
        return nil
    }
}
