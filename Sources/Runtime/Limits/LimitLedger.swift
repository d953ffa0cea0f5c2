package import Logging
internal import ServiceLifecycle
package import Spec
package import Store
import Synchronization
package import Values

/// Keeps the counters of all subjects and settles them with the store.
///
/// A call within the allowance at hand touches no disk. When it runs out, `run()` reserves a block for everybody who
/// waits, many subjects in one transaction. A clean stop hands unused allowance back; a crash loses it.
///
/// Concurrency: counters are found under a mutex and then count under their own. Reservations are made by the one task
/// of `run()`; where it does not run, as on the command line, asynchronous callers make them themselves, for what they
/// need and no more.
package final class LimitLedger: Service, Sendable {
    private let store: Store
    private let logger: Logger
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    private struct State {
        var counters: [String: LimitCounter] = [:]
        var reserving: [LimitCounter] = []
        /// When old windows were removed last, by a clock that never jumps, and the earliest that the wall clock showed since.
        var prunedAt = ContinuousClock.now
        var earliest = Timestamp(milliseconds: .max)
        var isRunning = false
        var isClosed = false
        var failures = ContinuedFailure()
    }

    /// The store could not be asked for allowance, so nothing can be admitted.
    package struct Unavailable: Error, Sendable {}

    package init(
        store: Store, logger: Logger = Logger(label: "reconcile.limits"), clock: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.logger = logger
        self.clock = clock
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes over the windows that are open; before the first call is counted.
    ///
    /// A stored window may begin a little after now, where the clock was set back; one that begins later comes from a clock
    /// that was ahead, and is left.
    package func load() async throws {
        let now = clock()
        let records = try await store.read { try $0.limitWindows(openAt: now) }
        for record in records where record.start <= now + LimitMeter.longestStepBack {
            counter(for: record.subject).restore(record)
        }
    }

    /// The counter of the subject, made at the first call.
    package func counter(for subject: String) -> LimitCounter {
        state.withLock { state in
            if let counter = state.counters[subject] { return counter }
            let counter = LimitCounter(subject: subject)
            state.counters[subject] = counter
            return counter
        }
    }

    /// Decides at once where the allowance at hand suffices; else nil, and `resume` is called when it is worth trying again.
    package func take(
        _ cost: Int, from counter: LimitCounter, under limits: RateLimits, at moment: Timestamp,
        orResume resume: @autoclosure () -> LimitCounter.Resumption
    ) -> LimitReport? {
        switch counter.take(cost, under: limits, at: moment, orWait: resume()) {
        case .decided(let report, let startsReserving):
            if startsReserving { fetchAhead(counter) }
            return report
        case .waiting(let startsReserving):
            if startsReserving { enqueue(counter) }
            return nil
        }
    }

    /// Decides one call, waiting for the store where it must be asked.
    package func take(
        _ cost: Int, from counter: LimitCounter, under limits: RateLimits, at moment: Timestamp
    ) async throws(Unavailable) -> LimitReport {
        try await untilDecided { resume in take(cost, from: counter, under: limits, at: moment, orResume: resume()) }
    }

    /// Asks again and again until there is an answer, waiting for the store in between.
    func untilDecided<Value>(
        _ decide: (_ resume: () -> LimitCounter.Resumption) -> Value?
    ) async throws(Unavailable) -> Value {
        while true {
            let (outcomes, outcome) = AsyncStream<Bool>.makeStream()
            if let value = decide({
                { isReserved in
                    outcome.yield(isReserved)
                    outcome.finish()
                }
            }) {
                return value
            }
            if !state.withLock({ $0.isRunning }) { await settle() }
            // A cancelled caller gets no outcome, and no answer.
            guard await outcomes.first(where: { _ in true }) == true else { throw Unavailable() }
        }
    }

    /// Serves reservations until a graceful shutdown or cancellation, then hands back what is unused.
    package func run() async throws {
        state.withLock { $0.isRunning = true }
        await withGracefulShutdownHandler {
            for await _ in signals { await settle() }
        } onGracefulShutdown: { [signal] in
            signal.finish()
        }
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.reserving = [] }
            return state.reserving
        }
        for counter in left { resume(counter.settle(nil), false) }
        try await handBack()
    }

    /// Asks for more without anybody waiting; where nothing runs, nothing is fetched ahead.
    private func fetchAhead(_ counter: LimitCounter) {
        let isQueued = state.withLock { state in
            guard state.isRunning, !state.isClosed else { return false }
            state.reserving.append(counter)
            return true
        }
        if isQueued { signal.yield() } else { resume(counter.settle([]), true) }
    }

    private func enqueue(_ counter: LimitCounter) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.reserving.append(counter) }
            return state.isClosed
        }
        // Off this stack: the caller may hold a lock of its own around the call that brought us here.
        if isClosed { resume(counter.settle(nil), false) } else { signal.yield() }
    }

    private func settle() async {
        while true {
            let batch = state.withLock { state in
                let batch = Array(state.reserving.prefix(256))
                state.reserving.removeFirst(batch.count)
                return batch
            }
            guard !batch.isEmpty else { return }
            let takesSpare = state.withLock { $0.isRunning }
            let claims = batch.map { $0.claims(takingSpare: takesSpare) }
            do {
                var grants = try await store.reserveLimits(claims.flatMap { $0 })[...]
                state.withLock { _ = $0.failures.end() }
                for (counter, claims) in zip(batch, claims) {
                    resume(counter.settle(Array(grants.prefix(claims.count))), true)
                    grants = grants.dropFirst(claims.count)
                }
            } catch {
                if state.withLock({ $0.failures.isToBeSaid(at: .now) }) {
                    logger.error("limits cannot be reserved in the state", metadata: ["error": "\(error)"])
                }
                for counter in batch { resume(counter.settle(nil), false) }
            }
            await prune()
        }
    }

    /// Removes old windows where it is time; nobody's call hangs on it.
    private func prune() async {
        guard let moment = pruneMoment() else { return }
        do {
            try await store.sharedWrite { try $0.pruneLimitWindows(at: moment) }
        } catch {
            logger.warning("old windows of limits were not removed", metadata: ["error": "\(error)"])
        }
    }

    private func resume(_ resumptions: [LimitCounter.Resumption], _ isReserved: Bool) {
        for resumption in resumptions { resumption(isReserved) }
    }

    /// The time by which to remove old windows, every six hours that this process runs.
    ///
    /// It is the earliest time that the clock showed in those hours: a clock that was ahead for less removes no window that
    /// the present still needs.
    private func pruneMoment() -> Timestamp? {
        let now = clock()
        return state.withLock { state in
            state.earliest = min(state.earliest, now)
            guard ContinuousClock.now - state.prunedAt >= .seconds(6 * 3600) else { return nil }
            defer { (state.prunedAt, state.earliest) = (.now, now) }
            return state.earliest
        }
    }

    private func handBack() async throws {
        let counters = state.withLock { Array($0.counters.values) }
        let unused = counters.flatMap { counter in
            counter.surrender().map { LimitReturn(subject: counter.subject, window: $0.window, start: $0.start, unused: $0.unused) }
        }
        guard !unused.isEmpty else { return }
        // Group commits do not heed cancellation, which may be what ended `run()`.
        try await store.returnLimits(unused)
    }
}
