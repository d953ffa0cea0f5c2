import Logging
import Store
import Synchronization
package import Values

extension DeliveryEngine {
    /// Deliveries that waited for a webhook that takes them again are due now.
    ///
    /// Whoever parks deliveries does so by the table that it has, which another one may replace before the rows are written:
    /// so it looks again once they are (`resumeParked(among:)`). A table that comes after that look finds the rows here.
    func resumeParked() async throws {
        try await resume(try await store.read { try $0.parkedWebhooks() })
    }

    /// The same for webhooks of which deliveries were parked just now; what cannot be done at once is done soon.
    package func resumeParked(among webhooks: some Sequence<WebhookID>) async {
        do {
            try await resume(Array(webhooks))
        } catch {
            logger.error("deliveries that wait for their webhook could not be resumed; trying again", metadata: ["error": "\(error)"])
            resumeParkedLater()
        }
    }

    func resumeParkedLater() {
        state.withLock { $0.resumesParked = true }
        fetchSignal.ring()
    }

    private func resume(_ parked: [WebhookID]) async throws {
        guard !parked.isEmpty else { return }
        let routes = routes
        let resumable = parked.filter { id in routes.routes[id].map { $0.parkedReason == nil } ?? false }
        guard !resumable.isEmpty else { return }
        let now = now()
        for id in resumable {
            while true {
                let count = try await store.sharedWrite { try $0.resumeDeliveries(of: id, at: now, limit: Self.rowsParked) }
                noteDue(id, at: now)
                if count < Self.rowsParked { break }
            }
        }
    }
}
