import Spec

/// Reads `Retry-After` (RFC 9110 § 10.2.3): seconds, or a date.
enum RetryAfter {
    /// Nil for what is neither; a date of the past is zero.
    static func read(_ value: String, at now: Timestamp) -> Duration? {
        let text = value.split(separator: " ").joined(separator: " ")
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(text.utf8.count > 9 ? 1_000_000_000 : Int64(text) ?? 0)
        }
        guard let moment = date(text) else { return nil }
        return max(.zero, moment - now)
    }

    /// IMF-fixdate, the one form that senders may generate (RFC 9110 § 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", parts[1].count == 2, parts[3].count == 4, parts[4].count == 8,
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = String(month + 1)
        return Timestamp("\(parts[3])-\(number.count == 1 ? "0" + number : number)-\(parts[1])T\(parts[4])Z")
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
