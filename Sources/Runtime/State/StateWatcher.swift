package import Logging
internal import ServiceLifecycle
package import Store
import Synchronization
import Values

/// What keeps a copy of a part of the state in memory.
package protocol StateObserver: Sendable {
    /// Brings the copy up to date with what is committed; called again and again, and cheap where nothing of its part moved.
    func stateChanged(_ serial: StateSerial) async throws
}

/// Carries changes of the state to the copies of it in memory.
///
/// Own writes call `refresh()` before they answer, so that what was answered is in force. Commits of other processes,
/// such as an apply on the command line, are noticed by `Store.changeMark` within one interval, from `load()` on; so are own ones of which
/// nobody told, since their outcome was unknown or the state could not be read again.
///
/// Concurrency: `load` comes before `run`; `refresh` from anywhere.
package final class StateWatcher: Service {
    private let store: Store
    private let observers: [any StateObserver]
    private let interval: Duration
    private let logger: Logger
    /// The mark of which the observers know at least; nil before the first load.
    private let seen = Mutex<ChangeMark?>(nil)

    package init(
        store: Store, observers: [any StateObserver], interval: Duration = .milliseconds(200),
        logger: Logger = Logger(label: "reconcile.state")
    ) {
        self.store = store
        self.observers = observers
        self.interval = interval
        self.logger = logger
    }

    /// Tells every observer of the state for the first time; a commit of another process that comes during it or after it is
    /// noticed by `run`.
    package func load() async throws {
        let mark = try await store.changeMark()
        try await refresh()
        seen.withLock { $0 = mark }
    }

    /// Tells every observer of the state as it is now.
    package func refresh() async throws {
        let serial = try await store.read { try $0.stateSerial() }
        for observer in observers { try await observer.stateChanged(serial) }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var failures = ContinuedFailure()
            while !Task.isCancelled {
                do {
                    let mark = try await store.changeMark()
                    if mark != seen.withLock({ $0 }) {
                        // Asked before the reload: a commit that comes during it is seen the next time.
                        try await refresh()
                        seen.withLock { $0 = mark }
                    }
                    if let count = failures.end() {
                        logger.notice("the state can be read again", metadata: ["attempts": "\(count)"])
                    }
                    try await Task.sleep(for: interval)
                } catch is CancellationError {
                    return
                } catch {
                    if failures.isToBeSaid(at: .now) {
                        logger.error("the state could not be read again; trying again", metadata: ["error": "\(error)"])
                    }
                    do { try await Task.sleep(for: interval) } catch { return }
                }
            }
        }
    }
}
