import Spec
package import Store
import Synchronization
package import Values

extension DeliveryEngine {
    /// Stores an event with its deliveries; returns once both are durable, with the first answer for a repeated key.
    ///
    /// The type must be known and the data must satisfy its schema: `EventIntake` checks both.
    ///
    /// - Parameters:
    ///   - only: the one webhook that gets it, whatever it listens to; nil for all that listen to the type.
    ///   - routes: the table by which it was checked, and by which it goes.
    package func accept(
        workspace: String, type: String, data: JSON, idempotencyKey: String?, only: WebhookID? = nil, by routes: RoutingTable,
        at moment: Timestamp
    ) async throws -> StoredEvent {
        let targets = only.map { id in routes.routes[id].map { [$0] } ?? [] } ?? routes.targets(workspace: workspace, type: type)
        let event = NewEvent(
            id: EventID(at: moment), workspace: workspace, type: type, idempotencyKey: idempotencyKey,
            body: EventPayload.text(type: type, workspace: workspace, data: data, at: moment), createdAt: moment)
        let claim = nextClaim()
        let body = Array(event.body.utf8)
        let deliveries = state.withLock { state in
            if let target = targets.first { state.traffic.noteAccepted(state.lanes.workspace(of: target.id), at: .now) }
            return targets.map { route in
                var delivery = NewDelivery(
                    id: DeliveryID(at: moment), webhookID: route.id, retries: route.retryConfig.maxRetries, state: .due)
                if let reason = route.parkedReason {
                    delivery.state = .parked(reason: reason)
                } else if state.phase == .running, state.lanes.reserve(route.id, bytes: body.count) {
                    delivery.state = .claimed(claim)
                }
                return delivery
            }
        }
        let stored: StoredEvent
        do {
            stored = try await store.storeEvent(event, deliveries: deliveries)
        } catch {
            state.withLock { state in
                for delivery in deliveries where delivery.state == .claimed(claim) {
                    state.lanes.cancelReservation(delivery.webhookID, bytes: body.count)
                }
            }
            if deliveries.contains(where: { $0.state == .claimed(claim) }) { noteUndecided(claim, after: error) }
            throw error
        }
        release(deliveries, of: event, body: body, claim: claim, stored: stored)
        await resumeParked(among: targets.filter { $0.parkedReason != nil }.map(\.id))
        return stored
    }

    /// Hands what was stored as claimed to the lanes, and notes what lies in the state.
    private func release(_ deliveries: [NewDelivery], of event: NewEvent, body: [UInt8], claim: String, stored: StoredEvent) {
        let written = stored.isDuplicate ? [] : Set(stored.deliveries.map(\.id))
        let (sends, fetches) = state.withLock { state in
            var (sends, fetches) = (false, false)
            for delivery in deliveries {
                switch (delivery.state, written.contains(delivery.id)) {
                case (.claimed, true):
                    sends = true
                    state.lanes.enqueueReserved(
                        ClaimedDelivery(
                            id: delivery.id, eventID: event.id, webhookID: delivery.webhookID, claim: claim, attempts: 0,
                            retriesLeft: delivery.retries, body: body))
                case (.claimed, false): state.lanes.cancelReservation(delivery.webhookID, bytes: body.count)
                case (.due, true):
                    fetches = true
                    state.lanes.noteDue(delivery.webhookID, at: event.createdAt)
                default: break
                }
            }
            return (sends, fetches)
        }
        if sends { giveBackIfStopped() }
        if sends { sendSignal.ring() }
        if fetches { fetchSignal.ring() }
    }

    /// An event that was stored while the engine stopped came too late to be sent: it is given back as the others were.
    private func giveBackIfStopped() {
        let moment = now()
        let late = state.withLock { state -> Bool in
            guard state.phase != .running else { return false }
            let left = state.lanes.drain()
            for delivery in left { state.settlements.append(.released(delivery, dueAt: moment, reason: nil), of: delivery.webhookID) }
            return !left.isEmpty
        }
        if late { recordSignal.ring() }
    }
}
