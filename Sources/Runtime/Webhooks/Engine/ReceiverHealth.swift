import Store
import Values

/// What a batch of outcomes says about the receivers; pure.
struct ReceiverHealth {
    /// One for each webhook of which the batch says something.
    let outcomes: [ReceiverOutcome]

    /// An attempt that went to an address which its webhook no longer has says nothing about the present one.
    ///
    /// - Parameter address: where the webhook's deliveries go now; nil for one that is gone.
    init(of batch: [Settlement], address: (WebhookID) -> String?) {
        var outcomes: [WebhookID: ReceiverOutcome] = [:]
        for case .attempted(let delivery, let attempt, let verdict, let url) in batch {
            let id = delivery.webhookID
            guard address(id) == url else { continue }
            var outcome = outcomes[id] ?? ReceiverOutcome(webhook: id, url: url)
            switch verdict.health {
            case .well:
                (outcome.isWell, outcome.failures, outcome.failingSince) = (true, 0, nil)
            case .failing, .gone:
                outcome.failures += 1
                outcome.failingSince = outcome.failingSince ?? attempt.at
                if verdict.health == .gone { outcome.refusal = "the receiver answered 410 Gone" }
            }
            outcomes[id] = outcome
        }
        self.outcomes = Array(outcomes.values)
    }
}
