package import Values

/// The form in which a rotated secret stays in the state until its overlap ends: milliseconds, a space, the secret.
package enum PreviousSecret {
    /// The field of a webhook's secrets that it stands in.
    package static let field = "secret.previous"
    /// The longest time for which two secrets sign.
    package static let longestOverlap: Duration = .seconds(30 * 86_400)

    package static func write(_ secret: Secret, until end: Timestamp) -> Secret {
        Secret("\(end.milliseconds) \(secret.reveal())")
    }

    package static func read(_ stored: Secret) -> (secret: Secret, until: Timestamp)? {
        let parts = stored.reveal().split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let end = Int64(parts[0]) else { return nil }
        return (Secret(String(parts[1])), Timestamp(milliseconds: end))
    }
}
