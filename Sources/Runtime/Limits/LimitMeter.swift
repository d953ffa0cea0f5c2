package import Spec
package import Store
package import Values

/// The counters of one subject: a pure state machine, all windows decided at once.
///
/// Of each window it knows `granted`, all that the store has given away, and `available`, what of it is here and unused;
/// so `used = granted − available` counts what a crash or another process may have used as used. The laws:
///
/// - A call is admitted only where `used + cost ≤ limit` holds in every window, and then counts in every one; a denied
///   call counts in none.
/// - Nothing is admitted beyond `available`, and `available` grows only by what the store has committed: so the limit
///   holds across `kill -9` and between processes.
/// - Small steps back in time are none: a moment up to `longestStepBack` before one seen earlier is decided as that one. After a
///   longer one the clock was ahead: the windows of the present time are opened again, as the store knows them, and what the
///   meter held of the later ones is given up. So stepping to and fro never admits more than the limit in any window.
/// - The limits come with each call, so a changed limit acts on the next one and keeps what was used.
package struct LimitMeter: Sendable {
    private var hour: Cell?
    private var day: Cell?
    private var latest = Timestamp(milliseconds: .min)
    /// Whether the clock was ahead once: windows that are new to time may not be new to the store then.
    private var hasSteppedBack = false

    /// Callers come out of order by less, and clocks are corrected by less; a larger step is a clock that was wrong.
    package static let longestStepBack: Duration = .seconds(120)

    private struct Cell: Sendable {
        var start: Timestamp
        /// False where the store may know more of the window than stands here, and has to be asked before anything is decided.
        var isKnown = true
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

    /// Takes over what the store knew at the start: all of it counts as used. Of two windows of a span the later one counts.
    package mutating func restore(_ record: LimitWindowRecord) {
        if let cell = self[record.window], cell.start > record.start { return }
        self[record.window] = Cell(start: record.start, granted: Self.counted(record.granted))
        latest = max(latest, record.start)
    }

    /// Decides one call of that cost; cost 0 looks and counts nothing.
    package mutating func take(_ cost: Int, under limits: RateLimits, at moment: Timestamp) -> Outcome {
        advance(to: moment)
        roll(limits)
        guard !mustAsk(under: limits) else { return .needsReservation }
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
            guard let limit = limits[window], let cell = self[window] else { return nil }
            guard !cell.isKnown || (cell.available < demand && cell.used < limit) else { return nil }
            return LimitClaim(
                subject: subject, window: window, start: cell.start, limit: limit, demand: max(0, demand - cell.available),
                takesSpare: takingSpare)
        }
    }

    /// Whether the store must be asked before any call is decided, whatever it costs.
    package func mustAsk(under limits: RateLimits) -> Bool {
        limits.perHour != nil && hour?.isKnown == false || limits.perDay != nil && day?.isKnown == false
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
        self[grant.window]?.granted = Self.counted(grant.granted)
        self[grant.window]?.isKnown = true
    }

    /// What the state has as given away, within bounds that sums do not leave: beyond any limit, so nothing is admitted.
    private static func counted(_ granted: Int) -> Int { min(max(granted, 0), 1 << 48) }

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

    private mutating func advance(to moment: Timestamp) {
        // The first call comes after nothing, from which nothing can be subtracted.
        if moment >= latest || latest.milliseconds - moment.milliseconds > Self.longestStepBack.milliseconds { latest = moment }
    }

    /// Opens the window that the latest moment lies in, where another one was open.
    private mutating func roll(_ limits: RateLimits) {
        for window in LimitWindow.allCases where limits[window] != nil {
            let start = window.start(of: latest)
            guard let open = self[window], open.start != start else {
                if self[window] == nil { self[window] = Cell(start: start) }
                continue
            }
            // An earlier window was open before, and so was a later one that was left: the store has what was counted in it.
            self[window] = Cell(start: start, isKnown: open.start < start && !hasSteppedBack)
            if open.start > start { hasSteppedBack = true }
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
