package import Values

/// What became of a claimed delivery; it ends the claim.
package enum DeliverySettlement: Sendable {
    /// An attempt was made. Its number is counted by the state.
    case attempted(ClaimedDelivery, DeliveryAttempt, then: DeliveryStep)
    /// Given back unattempted, due at that time or, with nil, once its webhook takes deliveries again.
    case released(ClaimedDelivery, dueAt: Timestamp?, reason: String?)

    package var delivery: ClaimedDelivery {
        switch self {
        case .attempted(let delivery, _, _), .released(let delivery, _, _): delivery
        }
    }
}
