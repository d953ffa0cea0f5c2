/// The spans in which calls are counted, aligned to UTC: an hour from its full hour, a day from midnight.
package enum LimitWindow: String, Sendable, Hashable, CaseIterable {
    case hour
    case day

    /// The name that users meet in `RateLimit` headers.
    package var name: String {
        switch self {
        case .hour: "hourly"
        case .day: "daily"
        }
    }

    package var seconds: Int64 {
        switch self {
        case .hour: 3600
        case .day: 86_400
        }
    }

    /// The start of the window that the moment lies in. Days of POSIX time have no leap seconds, so both divide evenly.
    package func start(of moment: Timestamp) -> Timestamp {
        let length = seconds * 1000
        let remainder = moment.milliseconds % length
        return moment - .milliseconds(remainder < 0 ? remainder + length : remainder)
    }

    /// The first moment that no longer belongs to the window which starts then.
    package func end(ofWindowAt start: Timestamp) -> Timestamp {
        start + .seconds(seconds)
    }
}
