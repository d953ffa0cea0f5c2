package import Logging
import ServiceLifecycle
package import Store
package import Values

/// Deletes events that are older than wanted and owe no delivery, with their deliveries and attempts.
///
/// In small transactions with pauses between them, so that nobody waits for the cleaning.
package struct EventRetention: Service {
    private let store: Store
    private let age: Duration
    private let interval: Duration
    private let logger: Logger

    package init(store: Store, keeping age: Duration = .seconds(30 * 86_400), every interval: Duration = .seconds(3600), logger: Logger) {
        self.store = store
        self.age = age
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                    let count = try await prune(before: Timestamp.now - age)
                    if count > 0 { logger.info("old events were deleted", metadata: ["events": "\(count)"]) }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("old events could not be deleted", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Deletes all there is to delete, in one pass over the old events; returns how many.
    package func prune(before moment: Timestamp) async throws -> Int {
        var (total, position) = (0, EventPosition.start)
        while true {
            let look = try await store.sharedWrite { [position] in try $0.pruneEvents(before: moment, after: position, limit: 500) }
            total += look.deleted
            guard let next = look.next else { return total }
            position = next
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
