/// Reads `Retry-After` (RFC 9110 § 10.2.3): seconds, or a date.
package enum RetryAfter {
    /// Nil for what is neither; a date of the past is zero.
    package static func read(_ value: String, at now: Timestamp) -> Duration? {
        if let span = seconds(value) { return span }
        guard let moment = HTTPDate.moment(value.split(separator: " ").joined(separator: " "), at: now) else { return nil }
        return max(.zero, moment - now)
    }

    /// The form with seconds alone; numbers that no clock can use are cut to some thirty years.
    package static func seconds(_ value: String) -> Duration? {
        let digits = value.trimmingHTTPSpace
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        return .seconds(digits.utf8.count > 9 ? 1_000_000_000 : Int64(digits) ?? 0)
    }
}
