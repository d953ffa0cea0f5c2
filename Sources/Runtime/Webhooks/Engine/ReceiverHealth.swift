import Store
import Values

/// What a batch of outcomes says about the receivers; pure.
struct ReceiverHealth {
    /// Receivers whose last outcome in the batch is a failure: how many since the last success, and the first of them.
    private(set) var failing: [WebhookID: (count: Int, since: Timestamp)] = [:]
    /// Receivers that took at least one delivery.
    private(set) var well: Set<WebhookID> = []
    /// The address that each of them is known by.
    private(set) var addresses: [WebhookID: String] = [:]
    /// Receivers to be served no more, with what users read.
    private(set) var toDisable: [WebhookID: String] = [:]

    /// An attempt that went to an address which its webhook no longer has says nothing about the present one.
    ///
    /// - Parameters:
    ///   - address: where the webhook's deliveries go now; nil for one that is gone.
    ///   - failingSince: what was known before, of receivers that were failing.
    ///   - longest: how long a receiver may fail without one success.
    init(
        of batch: [Settlement], address: (WebhookID) -> String?, failingSince: [WebhookID: Timestamp], longest: Duration, at now: Timestamp
    ) {
        for case .attempted(let delivery, let attempt, let verdict, let url) in batch {
            let id = delivery.webhookID
            guard address(id) == url else { continue }
            addresses[id] = url
            switch verdict.health {
            case .well:
                well.insert(id)
                failing[id] = nil
            case .failing, .gone:
                failing[id] = ((failing[id]?.count ?? 0) + 1, failing[id]?.since ?? attempt.at)
                if verdict.health == .gone { toDisable[id] = "the receiver answered 410 Gone" }
            }
        }
        for (id, run) in failing where toDisable[id] == nil {
            let since = well.contains(id) ? run.since : failingSince[id] ?? run.since
            if now - since > longest { toDisable[id] = "every attempt since \(since) failed" }
        }
    }
}
