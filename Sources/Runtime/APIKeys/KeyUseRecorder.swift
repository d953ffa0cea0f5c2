package import Logging
internal import ServiceLifecycle
package import Store
import Synchronization

/// Writes last uses to the store, a second after they happened and at a clean stop.
package struct KeyUseRecorder: Service {
    private let table: KeyTable
    private let store: Store
    private let interval: Duration
    private let logger: Logger
    private let failures = FailureRecord()

    /// Shared by the copies of a value.
    private final class FailureRecord: Sendable {
        let current = Mutex(ContinuedFailure())
    }

    package init(
        table: KeyTable, store: Store, interval: Duration = .seconds(1), logger: Logger = Logger(label: "reconcile.keys")
    ) {
        self.table = table
        self.store = store
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                await flush()
            }
        }
        await flush()
    }

    /// Writes what is noted; a use that cannot be written is logged and let go, because no decision hangs on it.
    ///
    /// A few keys at a time: callers whose limits must be reserved wait for the same writer, and no longer than for one of these.
    package func flush() async {
        let uses = Array(table.drainUses())
        for start in stride(from: 0, to: uses.count, by: Self.keysPerTransaction) {
            let some = uses[start..<min(start + Self.keysPerTransaction, uses.count)]
            do {
                try await store.touchAPIKeys(some.map { KeyUse(id: $0.key, moment: $0.value) })
                failures.current.withLock { _ = $0.end() }
            } catch {
                let left = uses.count - start
                if failures.current.withLock({ $0.isToBeSaid(at: .now) }) {
                    logger.warning("last uses of keys were not recorded", metadata: ["error": "\(error)", "keys": "\(left)"])
                }
                return
            }
        }
    }

    private static let keysPerTransaction = 200
}
