package import Values

/// What becomes of a delivery after an attempt.
package enum DeliveryStep: Sendable, Equatable {
    case delivered
    /// Another attempt at that time; `reason` says why one is needed.
    case retry(at: Timestamp, reason: String)
    case exhausted(reason: String)
}
