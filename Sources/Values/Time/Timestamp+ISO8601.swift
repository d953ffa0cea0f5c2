extension Timestamp: CustomStringConvertible {
    /// `2026-11-22T17:03:31Z`, with milliseconds only where they are not zero (RFC 3339).
    package var description: String {
        let day = milliseconds.flooredDivision(by: 86_400_000)
        // The earliest day begins before 64 bits do; the difference is right all the same.
        let inDay = milliseconds &- day &* 86_400_000
        let date = CivilDate(daysSinceEpoch: day)
        let (hour, minute, second) = (inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60)
        let fraction = inDay % 1000
        var text = "\(date.year.padded(4))-\(date.month.padded(2))-\(date.day.padded(2))"
        text += "T\(hour.padded(2)):\(minute.padded(2)):\(second.padded(2))"
        if fraction != 0 { text += ".\(fraction.padded(3))" }
        return text + "Z"
    }

    /// Reads RFC 3339: `T` and `Z` in either case, fractions of any length (cut to milliseconds), numeric offsets.
    ///
    /// Nil for anything else, and for dates that no calendar has.
    package init?(_ text: String) {
        var reader = DigitReader(Array(text.utf8))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.takeEither("T", "t"),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2),
            (1...12).contains(month), hour < 24, minute < 60, second < 60,
            day >= 1, day <= CivilDate.daysIn(month: month, year: year)
        else { return nil }
        guard let fraction = reader.milliseconds(), let offsetMinutes = reader.offset(), reader.isAtEnd else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        let inDay = (hour * 60 + minute - offsetMinutes) * 60_000 + second * 1000 + fraction
        self.init(milliseconds: days * 86_400_000 + inDay)
    }
}

/// A day of the proleptic Gregorian calendar.
///
/// The arithmetic is Howard Hinnant's `days_from_civil`: years start in March, so that the leap day is the last one.
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    init(daysSinceEpoch: Int64) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear.flooredDivision(by: 400)
        let yearOfEra = marchYear - era * 400
        let marchMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Fixed-width digits and single separators, read from the front.
private struct DigitReader {
    let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func take(_ separator: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: separator) else { return false }
        position += 1
        return true
    }

    mutating func takeEither(_ a: Unicode.Scalar, _ b: Unicode.Scalar) -> Bool {
        take(a) || take(b)
    }

    mutating func number(_ width: Int) -> Int64? {
        guard position + width <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + width] {
            guard byte.isASCIIDigit else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        position += width
        return value
    }

    /// The fraction after a dot, or 0 without one; nil for a dot with no digit behind it.
    mutating func milliseconds() -> Int64? {
        guard take(".") else { return 0 }
        var value: Int64 = 0
        var digits = 0
        while let byte = next, byte.isASCIIDigit {
            if digits < 3 { value = value * 10 + Int64(byte - UInt8(ascii: "0")) }
            digits += 1
            position += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 3)..<3 { value *= 10 }
        return value
    }

    /// Minutes east of UTC.
    mutating func offset() -> Int64? {
        if takeEither("Z", "z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    fileprivate func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
