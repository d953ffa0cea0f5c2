import Store
import Values

/// The end of a claim, to be written. The delivery's body is left out: nobody needs it any more.
enum Settlement: Sendable {
    /// - Parameter url: where the attempt went.
    case attempted(ClaimedDelivery, DeliveryAttempt, AttemptVerdict, url: String)
    /// Not attempted: due then, or with nil once its webhook takes deliveries again.
    case released(ClaimedDelivery, dueAt: Timestamp?, reason: String?)

    var webhookID: WebhookID {
        switch self {
        case .attempted(let delivery, _, _, _), .released(let delivery, _, _): delivery.webhookID
        }
    }

    /// As the state is told.
    var stored: DeliverySettlement {
        switch self {
        case .attempted(let delivery, let attempt, let verdict, _): .attempted(delivery, attempt, then: verdict.step)
        case .released(let delivery, let due, let reason): .released(delivery, dueAt: due, reason: reason)
        }
    }
}
