import Spec
import Store

/// The end of a claim, to be written.
enum Settlement: Sendable {
    case attempted(ClaimedDelivery, DeliveryAttempt, AttemptVerdict)
    /// Not attempted: due then, or with nil once its webhook takes deliveries again.
    case released(ClaimedDelivery, dueAt: Timestamp?, reason: String?)
}
