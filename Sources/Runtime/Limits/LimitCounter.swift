package import Spec
package import Store
import Synchronization
package import Values

/// The meter of one subject, shared by all who count against it.
///
/// Concurrency: a mutex held for the arithmetic of one call. Callers who need allowance wait together: one request to
/// the store is under way at a time, and it asks for what all of them want. Their closures run outside the lock.
package final class LimitCounter: Sendable {
    package let subject: String
    private let state: Mutex<State>

    private struct State {
        var meter: LimitMeter
        var limits = RateLimits()
        var demand = 0
        var waiting: [Resumption] = []
        var isReserving = false
    }

    /// Called once the store has answered, with whether it could be asked at all; the caller then tries again.
    package typealias Resumption = @Sendable (_ isReserved: Bool) -> Void

    package enum Outcome: Sendable {
        /// `startsReserving`: it is time to ask the store for more, which nobody does yet and nobody waits for.
        case decided(LimitReport, startsReserving: Bool)
        /// The closure will be called. `startsReserving`: nobody asks the store yet, so the caller must see to it.
        case waiting(startsReserving: Bool)
    }

    package init(subject: String, meter: LimitMeter = LimitMeter()) {
        self.subject = subject
        state = Mutex(State(meter: meter))
    }

    /// Decides within what is here, or lines the caller up for more.
    package func take(
        _ cost: Int, under limits: RateLimits, at moment: Timestamp, orWait resume: @autoclosure () -> Resumption
    ) -> Outcome {
        state.withLock { state in
            switch state.meter.take(cost, under: limits, at: moment) {
            case .decided(let report):
                guard !state.isReserving, state.meter.wantsSpare(under: limits) else {
                    return .decided(report, startsReserving: false)
                }
                state.limits = limits
                state.isReserving = true
                return .decided(report, startsReserving: true)
            case .needsReservation:
                state.limits = limits
                state.demand += cost
                state.waiting.append(resume())
                defer { state.isReserving = true }
                return .waiting(startsReserving: !state.isReserving)
            }
        }
    }

    /// What those who wait now need; where nobody waits, what to fetch ahead.
    package func claims(takingSpare: Bool) -> [LimitClaim] {
        state.withLock { state in
            guard state.demand > 0 || state.meter.mustAsk(under: state.limits) else {
                return takingSpare ? state.meter.spareClaims(under: state.limits, for: subject) : []
            }
            return state.meter.claims(demand: state.demand, under: state.limits, for: subject, takingSpare: takingSpare)
        }
    }

    /// Takes over the store's answer, nil where it could not be asked; gives back whom to wake.
    ///
    /// Whoever came while the store was asked wakes too and tries again: what they lack, they ask for then.
    package func settle(_ grants: [LimitGrant]?) -> [Resumption] {
        state.withLock { state in
            for grant in grants ?? [] { state.meter.receive(grant) }
            state.isReserving = false
            state.demand = 0
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Gives up unused allowance for a clean stop.
    package func surrender() -> [(window: LimitWindow, start: Timestamp, unused: Int)] {
        state.withLock { $0.meter.surrender() }
    }

    package func restore(_ record: LimitWindowRecord) {
        state.withLock { $0.meter.restore(record) }
    }
}
