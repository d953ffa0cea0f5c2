import Spec

/// The `Date` of an answer (RFC 9110 § 5.6.7), made once a second.
struct HTTPDate {
    private var second = Int64.min
    private var text = ""

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    mutating func text(at now: Timestamp) -> String {
        if now.seconds != second {
            second = now.seconds
            text = Self.format(second)
        }
        return text
    }

    private static func format(_ second: Int64) -> String {
        // 1970-01-01 was a Thursday; `2026-11-22T17:03:31Z` has fixed places from year 0 to 9999.
        let day = (second >= 0 ? second : second - 86_399) / 86_400
        let parts = Timestamp(seconds: second).description.utf8.split { !(0x30...0x39).contains($0) }.map { String(Substring($0)) }
        guard parts.count == 6, let month = Int(parts[1]) else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
        let weekday = days[Int((day % 7 + 7) % 7)]
        return "\(weekday), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
