import Values

/// Reads `Retry-After` (RFC 9110 § 10.2.3): seconds, or a date.
enum RetryAfter {
    /// Nil for what is neither; a date of the past is zero.
    static func read(_ value: String, at now: Timestamp) -> Duration? {
        let text = value.split(separator: " ").joined(separator: " ")
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(text.utf8.count > 9 ? 1_000_000_000 : Int64(text) ?? 0)
        }
        guard let moment = HTTPDate.moment(text, at: now) else { return nil }
        return max(.zero, moment - now)
    }
}
