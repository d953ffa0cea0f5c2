package import Spec
package import Store
import Synchronization

extension DeliveryEngine {
    /// Stores an event with its deliveries; returns once both are durable, with the first answer for a repeated key.
    ///
    /// The type must be known and the data must satisfy its schema: `EventIntake` checks both.
    ///
    /// - Parameter only: the one webhook that gets it, whatever it listens to; nil for all that listen to the type.
    package func accept(
        workspace: String, type: String, data: JSON, idempotencyKey: String?, only: WebhookID? = nil, at moment: Timestamp
    ) async throws -> StoredEvent {
        let routes = try await loadedRoutes()
        let targets = only.map { id in routes.routes[id].map { [$0] } ?? [] } ?? routes.targets(workspace: workspace, type: type)
        let generation = state.withLock { $0.refreshInstalled }
        let event = NewEvent(
            id: EventID(at: moment), workspace: workspace, type: type, idempotencyKey: idempotencyKey,
            body: EventPayload.text(type: type, workspace: workspace, data: data, at: moment), createdAt: moment)
        let claim = nextClaim()
        let deliveries = state.withLock { state in
            targets.map { route in
                var delivery = NewDelivery(
                    id: DeliveryID(at: moment), webhookID: route.id, retries: route.retryConfig.maxRetries, state: .due)
                if let reason = route.parkedReason {
                    delivery.state = .parked(reason: reason)
                } else if state.phase == .running, state.lanes.reserve(route.id) {
                    delivery.state = .claimed(claim)
                }
                return delivery
            }
        }
        let stored: StoredEvent
        do {
            stored = try await store.groupWrite { tx in try tx.storeEvent(event, deliveries: deliveries) }
        } catch {
            state.withLock { state in
                for delivery in deliveries where delivery.state == .claimed(claim) { state.lanes.cancelReservation(delivery.webhookID) }
            }
            throw error
        }
        release(deliveries, of: event, claim: claim, stored: stored)
        // A webhook that was resumed while its delivery was being parked would never hear of it.
        if deliveries.contains(where: { $0.state != .due && $0.state != .claimed(claim) }),
            generation != state.withLock({ $0.refreshInstalled })
        {
            try await refresh()
        }
        return stored
    }

    /// Hands what was stored as claimed to the lanes, and notes what lies in the state.
    private func release(_ deliveries: [NewDelivery], of event: NewEvent, claim: String, stored: StoredEvent) {
        let written = stored.isDuplicate ? [] : Set(stored.deliveries.map(\.id))
        let body = Array(event.body.utf8)
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
                case (.claimed, false): state.lanes.cancelReservation(delivery.webhookID)
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
            for delivery in left { state.settlements.append(.released(delivery, dueAt: moment, reason: nil)) }
            return !left.isEmpty
        }
        if late { recordSignal.ring() }
    }
}
