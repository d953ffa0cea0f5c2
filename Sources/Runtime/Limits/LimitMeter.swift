package import Spec
package import Store

/// The counters of one subject: a pure state machine, all windows decided at once.
///
/// Of each window it knows `granted`, all that the store has given away, and `available`, what of it is here and unused;
/// so `used = granted − available` counts what a crash or another process may have used as used. The laws:
///
/// - A call is admitted only where `used + cost ≤ limit` holds in every window, and then counts in every one; a denied
///   call counts in none.
/// - Nothing is admitted beyond `available`, and `available` grows only by what the store has committed: so the limit
///   holds across `kill -9` and between processes.
/// - Time never goes back: an earlier moment than one seen before is decided as that one.
/// - The limits come with each call, so a changed limit acts on the next one and keeps what was used.
package struct LimitMeter: Sendable {
    private var hour: Cell?
    private var day: Cell?
    private var latest = Timestamp(milliseconds: .min)

    private struct Cell: Sendable {
        var start: Timestamp
        var granted = 0
        var available = 0
        var used: Int { granted - available }

        func wantsSpare(under limit: Int) -> Bool { available < 50 && available + 100 <= (limit - used) / 4 }
    }

    package enum Outcome: Sendable, Hashable {
        case decided(LimitReport)
        /// The limits allow the call, and the store must be asked for allowance first.
        case needsReservation
    }

    package init() {}

    /// Takes over what the store knew at the start: all of it counts as used.
    package mutating func restore(_ record: LimitWindowRecord) {
        self[record.window] = Cell(start: record.start, granted: record.granted)
        latest = max(latest, record.start)
    }

    /// Decides one call of that cost; cost 0 looks and counts nothing.
    package mutating func take(_ cost: Int, under limits: RateLimits, at moment: Timestamp) -> Outcome {
        latest = max(latest, moment)
        roll(limits)
        var report = LimitReport(hour: use(.hour, limits, cost), day: use(.day, limits, cost), now: latest)
        guard report.isAdmitted else { return .decided(report) }
        for window in LimitWindow.allCases where limits[window] != nil {
            guard let cell = self[window], cell.available >= cost else { return .needsReservation }
        }
        for window in LimitWindow.allCases where limits[window] != nil { self[window]?.available -= cost }
        report.hour?.used += cost
        report.day?.used += cost
        return .decided(report)
    }

    /// What to ask the store for, so that callers who want `demand` in all can go on; empty where nothing is missing.
    package func claims(
        demand: Int, under limits: RateLimits, for subject: String, takingSpare: Bool = true
    ) -> [LimitClaim] {
        LimitWindow.allCases.compactMap { window in
            guard let limit = limits[window], let cell = self[window], cell.available < demand, cell.used < limit else { return nil }
            return LimitClaim(
                subject: subject, window: window, start: cell.start, limit: limit, demand: demand - cell.available,
                takesSpare: takingSpare)
        }
    }

    /// What to ask the store for ahead of need, so that callers of a busy subject seldom wait; empty in the normal case.
    ///
    /// Only where a window runs low and what would then lie here unused, `available + 100`, is at most a quarter of what
    /// is left: a crash loses no more than that.
    package func spareClaims(under limits: RateLimits, for subject: String) -> [LimitClaim] {
        LimitWindow.allCases.compactMap { window in
            guard let limit = limits[window], let cell = self[window], cell.wantsSpare(under: limit) else { return nil }
            return LimitClaim(subject: subject, window: window, start: cell.start, limit: limit, demand: 0)
        }
    }

    /// Whether `spareClaims` has any.
    package func wantsSpare(under limits: RateLimits) -> Bool {
        if let limit = limits.perHour, hour?.wantsSpare(under: limit) == true { return true }
        if let limit = limits.perDay, day?.wantsSpare(under: limit) == true { return true }
        return false
    }

    /// Takes over what the store gave; what came for a window that has passed is dropped.
    package mutating func receive(_ grant: LimitGrant) {
        guard let cell = self[grant.window], cell.start == grant.start else { return }
        self[grant.window]?.available += grant.added
        self[grant.window]?.granted = grant.granted
    }

    /// Gives up all unused allowance, to be handed back to the store.
    package mutating func surrender() -> [(window: LimitWindow, start: Timestamp, unused: Int)] {
        var unused: [(LimitWindow, Timestamp, Int)] = []
        for window in LimitWindow.allCases {
            guard let cell = self[window], cell.available > 0 else { continue }
            unused.append((window, cell.start, cell.available))
            self[window]?.granted -= cell.available
            self[window]?.available = 0
        }
        return unused
    }

    /// How the window stands before the call, and whether it refuses one of that cost.
    private func use(_ window: LimitWindow, _ limits: RateLimits, _ cost: Int) -> LimitUse? {
        guard let limit = limits[window], let cell = self[window] else { return nil }
        return LimitUse(
            window: window, limit: limit, used: cell.used, resetsAt: window.end(ofWindowAt: cell.start),
            isDenying: cost > 0 && cell.used + cost > limit)
    }

    /// Opens the window that the latest moment lies in, where another one was open.
    private mutating func roll(_ limits: RateLimits) {
        for window in LimitWindow.allCases where limits[window] != nil {
            let start = window.start(of: latest)
            if self[window]?.start != start { self[window] = Cell(start: start) }
        }
    }

    private subscript(window: LimitWindow) -> Cell? {
        get {
            switch window {
            case .hour: hour
            case .day: day
            }
        }
        set {
            switch window {
            case .hour: hour = newValue
            case .day: day = newValue
            }
        }
    }
}
