package import Logging
internal import ServiceLifecycle
package import Spec
package import Store

/// Renews connections before their tokens end, and repeats revocations that no provider has heard yet.
///
/// It sleeps until the next row is due, at most `longestSleep`, because another process may write rows.
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
            var prunes = now()
            while !Task.isCancelled {
                do {
                    try await round()
                    if now() >= prunes {
                        let oldest = now() - Self.logLife
                        try await store.write { try $0.pruneLogs(before: oldest) }
                        prunes = now() + .seconds(3600)
                    }
                    try await Task.sleep(for: try await pause())
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("connections could not be looked after; trying again", metadata: ["error": "\(error)"])
                    do { try await Task.sleep(for: Self.longestSleep) } catch { return }
                }
            }
        }
    }

    /// Does everything that is due now.
    package func round() async throws {
        try await revoker.settleDue()
        let moment = now()
        let due = try await store.read { try $0.dueConnections(at: moment, limit: 64) }
        await withDiscardingTaskGroup { group in
            for id in due {
                group.addTask { [refresher] in
                    // Failures are in the row and in the log already.
                    _ = try? await refresher.refresh(id)
                }
            }
        }
    }

    private func pause() async throws -> Duration {
        guard let next = try await store.read({ try $0.nextOAuthDue() }) else { return Self.longestSleep }
        return min(max(next - now(), .seconds(1)), Self.longestSleep)
    }
}
