import Curl
import Store
import Synchronization

extension DeliveryEngine {
    /// Sends nothing new, lets what is under way end within the grace, cuts the rest, and gives back what was not sent.
    func drain() async {
        let now = now()
        state.withLock { state in
            state.phase = .draining
            for delivery in state.lanes.drain() {
                state.settlements.append(.released(delivery, dueAt: now, reason: nil), of: delivery.webhookID)
            }
        }
        let grace = configuration.grace
        await withTaskGroup { group in
            group.addTask { await self.waitUntilIdle() }
            group.addTask { try? await Task.sleep(for: grace) }
            await group.next()
            // Completes what is still under way, which ends the wait.
            client.shutdown()
            group.cancelAll()
        }
        await recordAll()
    }

    private func waitUntilIdle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.lanes.underWay == 0 { return true }
                state.idleWaiter = continuation
                return false
            }
            if isIdle { continuation.resume() }
        }
    }
}
