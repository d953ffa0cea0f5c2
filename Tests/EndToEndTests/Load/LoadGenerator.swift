import Synchronization
import TestSupport
import Values

/// Callers of one runtime who go on until it is gone, and write into the ledger what they were promised.
final class LoadGenerator: Sendable {
    private let runtime: ServingRuntime
    private let ledger: Ledger
    private let key: String
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(runtime: ServingRuntime, ledger: Ledger, key: String) {
        self.runtime = runtime
        self.ledger = ledger
        self.key = key
    }

    /// Six send events, two check the limited key, one makes keys and revokes them.
    func start() {
        let task = Task { [self] in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { await self.repeatUntilGone { try await self.sendEvent() } } }
                for _ in 0..<2 { group.addTask { await self.repeatUntilGone { try await self.checkKey() } } }
                group.addTask { await self.repeatUntilGone { try await self.revokeKey() } }
            }
        }
        self.task.withLock { $0 = task }
    }

    /// Returns once every caller has found the runtime gone.
    func stopped() async {
        await task.withLock { $0 }?.value
    }

    private func repeatUntilGone(_ step: @Sendable () async throws -> Void) async {
        while true {
            do {
                try await step()
            } catch let error as EndToEndError {
                return ledger.complain(error.description)
            } catch {
                return
            }
        }
    }

    private func sendEvent() async throws {
        let number = ledger.nextNumber()
        _ = try await runtime.admin.post("/api/events", CrashTests.event(number)).expect(202)
        ledger.accept(number)
    }

    /// Slow enough that the hour's allowance lasts for some rounds.
    private func checkKey() async throws {
        try await Task.sleep(for: .milliseconds(100))
        ledger.note(try await runtime.check(key))
    }

    private func revokeKey() async throws {
        let (id, key) = try await runtime.createKey("Short-lived")
        _ = try await runtime.check(key).expect(200)
        _ = try await runtime.admin.delete("/api/integrations/api-keys/\(id)").expect(204)
        ledger.revoke(key)
        _ = try await runtime.check(key).expect(401)
    }
}
