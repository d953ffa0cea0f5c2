package import Logging
internal import ServiceLifecycle
package import Store
package import Values

/// Renews connections before their tokens end, and repeats revocations that no provider has heard yet.
///
/// Both sleep until the next row is due, at most `longestSleep`, because another process may write rows.
package struct ConnectionKeeper: Service {
    private let store: Store
    private let refresher: ConnectionRefresher
    private let revoker: Revoker
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    static let longestSleep: Duration = .seconds(15)
    static let logLife: Duration = .seconds(30 * 86_400)

    package init(
        store: Store, refresher: ConnectionRefresher, revoker: Revoker, now: @escaping @Sendable () -> Timestamp,
        logger: Logger = Logger(label: "reconcile.oauth")
    ) {
        self.store = store
        self.refresher = refresher
        self.revoker = revoker
        self.now = now
        self.logger = logger
    }

    package func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                // Each by itself: a provider that is slow to hear of a revocation delays no refresh.
                group.addTask { await repeating(until: { try $0.nextConnectionDue() }, refreshDue) }
                group.addTask { await repeating(until: { try $0.nextRevocationDue() }, revoker.settleDue) }
                group.addTask { await prune() }
            }
        }
    }

    /// Does everything that is due now.
    package func round() async throws {
        async let revocations: Void = revoker.settleDue()
        try await refreshDue()
        try await revocations
    }

    private func refreshDue() async throws {
        let moment = now()
        let due = try await store.read { try $0.dueConnections(at: moment, limit: 64) }
        await withDiscardingTaskGroup { group in
            for id in due {
                group.addTask { [refresher] in
                    // Failures are in the row and in the log already.
                    _ = try? await refresher.refresh(id, ifDueAt: moment)
                }
            }
        }
    }

    private func repeating(
        until nextDue: @escaping @Sendable (Reading) throws -> Timestamp?, _ work: @Sendable () async throws -> Void
    ) async {
        while !Task.isCancelled {
            do {
                try await work()
                try await Task.sleep(for: try await pause(until: nextDue))
            } catch is CancellationError {
                return
            } catch {
                logger.error("connections could not be looked after; trying again", metadata: ["error": "\(error)"])
                do { try await Task.sleep(for: Self.longestSleep) } catch { return }
            }
        }
    }

    private func pause(until nextDue: @escaping @Sendable (Reading) throws -> Timestamp?) async throws -> Duration {
        guard let next = try await store.read(nextDue) else { return Self.longestSleep }
        return min(max(next - now(), .seconds(1)), Self.longestSleep)
    }

    /// Removes what has outlived its use, in bounded transactions that no call waits for.
    private func prune() async {
        var last = 0
        while !Task.isCancelled {
            do {
                last = try await store.pruneLogs(before: now() - Self.logLife, after: last)
                try await store.pruneOAuthStates(at: now())
                try await Task.sleep(for: .seconds(60))
            } catch is CancellationError {
                return
            } catch {
                logger.error("old log rows and unfinished flows could not be deleted", metadata: ["error": "\(error)"])
                do { try await Task.sleep(for: .seconds(60)) } catch { return }
            }
        }
    }
}
