/// The outcome of a key check, in the words of `verify`.
package enum KeyCode: String, Sendable, Hashable, CaseIterable {
    case valid = "VALID"
    case notFound = "NOT_FOUND"
    case revoked = "REVOKED"
    case expired = "EXPIRED"
    case disabled = "DISABLED"
    case insufficientScope = "INSUFFICIENT_SCOPE"
    case rateLimited = "RATE_LIMITED"
    case addressForbidden = "IP_FORBIDDEN"
    case malformed = "MALFORMED"
    /// Replaced by another key, and the time of both is over.
    case rotated = "ROTATED"
}
