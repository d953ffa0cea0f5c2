package import Values

/// One window of one subject, right after a call.
package struct LimitUse: Sendable, Hashable {
    package var window: LimitWindow
    package var limit: Int
    /// Admitted calls, the one that was just admitted among them.
    package var used: Int
    package var resetsAt: Timestamp
    /// Whether this window refused the call.
    package var isDenying: Bool

    package var remaining: Int { max(0, limit - used) }
}

/// What the limits say about one call, and how they stand after it.
package struct LimitReport: Sendable, Hashable {
    package var hour: LimitUse?
    package var day: LimitUse?
    /// The moment that was decided for; not earlier than that of the call before, but after a clock that was ahead.
    package var now: Timestamp

    package var isAdmitted: Bool { hour?.isDenying != true && day?.isDenying != true }

    /// The windows, the one to show first: on a pass the one with the least remaining, on a denial the denying one that
    /// resets last, because a client that waits less fails again. Of equals the one that resets last.
    package var windows: [LimitUse] {
        guard let hour else { return day.map { [$0] } ?? [] }
        guard let day else { return [hour] }
        return showsDay(hour, day) ? [day, hour] : [hour, day]
    }

    /// The first of `windows`; nil where nothing is counted.
    package var shown: LimitUse? {
        guard let hour, let day else { return self.hour ?? self.day }
        return showsDay(hour, day) ? day : hour
    }

    private func showsDay(_ hour: LimitUse, _ day: LimitUse) -> Bool {
        if hour.isDenying != day.isDenying { return day.isDenying }
        if hour.isDenying || hour.remaining == day.remaining { return day.resetsAt >= hour.resetsAt }
        return day.remaining < hour.remaining
    }

    /// Seconds until the window resets, rounded up, at least 1.
    package func seconds(until use: LimitUse) -> Int64 {
        max(1, (use.resetsAt - now + .milliseconds(999)).components.seconds)
    }

    /// How long to wait after a denial: until the last of the denying windows resets.
    package var retryAfterSeconds: Int64? {
        isAdmitted ? nil : shown.map { seconds(until: $0) }
    }
}
