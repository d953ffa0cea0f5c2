/// A moment in milliseconds since 1970-01-01T00:00:00Z, the only form of time in the state and on the wire.
///
/// Integers keep SQL portable and comparisons exact. Leap seconds are not counted, as in POSIX. Arithmetic ends at the
/// first and the last moment that 64 bits hold: times and spans come from other programs, and none of them may overflow.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Int64) {
        self.milliseconds = seconds.saturatingMultiplied(by: 1000)
    }

    /// Whole seconds, rounded towards the past.
    package var seconds: Int64 {
        milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
    }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    package static func + (moment: Timestamp, span: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds.saturatingAdding(span.milliseconds))
    }

    package static func - (moment: Timestamp, span: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds.saturatingSubtracting(span.milliseconds))
    }

    package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .milliseconds(later.milliseconds.saturatingSubtracting(earlier.milliseconds))
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero; at most what 64 bits hold.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.saturatingMultiplied(by: 1000).saturatingAdding(attoseconds / 1_000_000_000_000_000)
    }
}

extension Int64 {
    fileprivate func saturatingAdding(_ other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    fileprivate func saturatingSubtracting(_ other: Int64) -> Int64 {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (other < 0 ? .max : .min) : difference
    }

    fileprivate func saturatingMultiplied(by factor: Int64) -> Int64 {
        let (product, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? ((self < 0) == (factor < 0) ? .max : .min) : product
    }
}
