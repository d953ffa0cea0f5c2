/// Dates of HTTP (RFC 9110 § 5.6.7): read in all three forms, written in the first, once a second.
package struct HTTPDate {
    private var second = Int64.min
    private var text = ""

    package init() {}

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    package mutating func text(at now: Timestamp) -> String {
        if now.seconds != second {
            second = now.seconds
            text = Self.format(second)
        }
        return text
    }

    private static func format(_ second: Int64) -> String {
        // 1970-01-01 was a Thursday; `2026-11-22T17:03:31Z` has fixed places from year 0 to 9999.
        let day = (second >= 0 ? second : second - 86_399) / 86_400
        let parts = Timestamp(seconds: second).description.utf8.split { !$0.isASCIIDigit }.map { String(Substring($0)) }
        guard parts.count == 6, let month = Int(parts[1]) else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
        let weekday = days[Int((day % 7 + 7) % 7)]
        return "\(weekday), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }

    /// The moment that a date names, nil for what is none: `Sun, 06 Nov 1994 08:49:37 GMT`, and the obsolete
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`, which recipients must take.
    ///
    /// - Parameter now: a year of two digits that seems more than 50 years ahead of it is the past one with these digits.
    package static func moment(_ text: String, at now: Timestamp) -> Timestamp? {
        let parts = text.split { $0 == " " || $0 == "-" }
        switch parts.count {
        case 6 where parts[5] == "GMT" && parts[0].hasSuffix(",") && parts[1].utf8.count == 2:
            if parts[3].utf8.count == 2, let year = Int(parts[3]), let current = Int(now.description.prefix(4)) {
                let full = current / 100 * 100 + year
                return moment(full > current + 50 ? full - 100 : full, parts[2], parts[1], parts[4])
            }
            return parts[3].utf8.count == 4 ? moment(Int(parts[3]), parts[2], parts[1], parts[4]) : nil
        case 5 where parts[4].utf8.count == 4: return moment(Int(parts[4]), parts[1], parts[2], parts[3])
        default: return nil
        }
    }

    private static func moment(_ year: Int?, _ month: Substring, _ day: Substring, _ time: Substring) -> Timestamp? {
        guard let year, let month = months.firstIndex(of: String(month)), time.utf8.count == 8 else { return nil }
        func digits(_ text: some StringProtocol, _ count: Int) -> String {
            String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return Timestamp("\(digits(String(year), 4))-\(digits(String(month + 1), 2))-\(digits(day, 2))T\(time)Z")
    }
}
