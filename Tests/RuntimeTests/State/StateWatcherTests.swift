import Logging
import Store
import Testing
import Values

@testable import IntegrationRuntime

struct StateWatcherTests {
    private struct Recorder: StateObserver {
        let serials: AsyncStream<Int>.Continuation

        func stateChanged(_ serial: StateSerial) async throws { serials.yield(serial.serial) }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what another process commits between the first load and the watch is noticed`() async throws {
        let world = try DeliveryWorld()
        let other = try Store(at: world.store.location, mode: .existing, keyring: nil)
        #expect(try await serials(seenIn: world, until: 1) { try await other.write { _ = try $0.advanceSerial() } } == [0, 1])
    }

    @Test(.timeLimit(.minutes(1)))
    func `what this process commits without telling, as where the answer to a COMMIT was lost, is noticed`() async throws {
        let world = try DeliveryWorld()
        #expect(try await serials(seenIn: world, until: 1) { try await world.store.write { _ = try $0.advanceSerial() } } == [0, 1])
    }

    /// What an observer is told while something happens between the first load and the watch.
    private func serials(seenIn world: DeliveryWorld, until last: Int, after body: () async throws -> Void) async throws -> [Int] {
        let (serials, continuation) = AsyncStream<Int>.makeStream()
        let watcher = StateWatcher(
            store: world.store, observers: [Recorder(serials: continuation)], interval: .milliseconds(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await watcher.load()
        try await body()
        return try await withThrowingTaskGroup { group in
            group.addTask { try await watcher.run() }
            var seen: [Int] = []
            for await serial in serials {
                seen.append(serial)
                if serial == last { break }
            }
            group.cancelAll()
            try await group.waitForAll()
            return seen
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a key that is revoked while the runtime starts is refused by it`() async throws {
        let world = try await KeyWorld()
        let (id, key) = try await world.create(["name": "k", "scopes": ["posts:read"]])
        let components = try await RuntimeComponents(
            store: world.store, configuration: RuntimeConfiguration(publicURL: "https://framework.example"),
            clock: { [clock = world.clock] in clock.now }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let other = try Store(at: world.store.location, mode: .existing, keyring: nil)
        let (keyID, now) = (try #require(APIKeyID(id)), KeyWorld.start)
        try await other.write { _ = try $0.revokeAPIKey(keyID, in: "acme", at: now) }
        let question = KeyChecker.Question(key: Array(key.utf8), cost: 0)
        let watcher = components.watcher
        try await withThrowingTaskGroup { group in
            group.addTask { try await watcher.run() }
            while try await components.checker.verdict(on: question, at: now).code != .revoked {
                try await Task.sleep(for: .milliseconds(5))
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
