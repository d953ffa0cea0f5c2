import Foundation
import HTTPTypes
import Store
import Synchronization
import Testing
import Values

@testable import IntegrationRuntime

struct ListSlotsTests {
    /// Runs a body in a slot and holds it until told.
    private final class Held: Sendable {
        let entered = Mutex(0)
        let gate = AsyncStream<Void>.makeStream()

        func body() async {
            entered.withLock { $0 += 1 }
            for await _ in gate.stream { break }
        }
    }

    /// How many bodies run, and how many have.
    private final class Running: Sendable {
        let counts = Mutex((now: 0, most: 0, all: 0))

        func body() async {
            counts.withLock { counts in
                counts.now += 1
                counts.all += 1
                counts.most = max(counts.most, counts.now)
            }
            await Task.yield()
            counts.withLock { $0.now -= 1 }
        }
    }

    /// Whose lists were made, in order, and how many were refused.
    private final class Order: Sendable {
        let workspaces = Mutex<[String]>([])
        let refused = Mutex(0)

        func note(_ workspace: String) { workspaces.withLock { $0.append(workspace) } }
    }

    private final class SlowReads: Sendable {
        let begun = Mutex(0)
        let gate = DispatchSemaphore(value: 0)

        /// Whether it was let go.
        func read() -> Bool {
            begun.withLock { $0 += 1 }
            return gate.wait(timeout: .now() + 20) == .success
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `as many slow lists as are made at once leave room for two other reads`() async throws {
        let world = try DeliveryWorld()
        let slow = SlowReads()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0...ListSlots.atOnce {
                group.addTask {
                    try await world.store.read { _ in slow.read() }
                }
            }
            while slow.begun.withLock({ $0 }) <= ListSlots.atOnce {
                try Task.checkCancellation()
                try await Task.sleep(for: .milliseconds(1))
            }
            // The slow ones are all under way.
            _ = try await world.store.read { try $0.stateSerial() }
            for _ in 0...ListSlots.atOnce { slow.gate.signal() }
            for try await isReleased in group { #expect(isReleased) }
        }
    }

    @Test func `no more than the slots run at once, and every waiting one gets its turn`() async throws {
        let slots = ListSlots(count: 2)
        let running = Running()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { try await slots.run(for: "a") { await running.body() } } }
            try await group.waitForAll()
        }
        #expect(running.counts.withLock { $0.most } <= 2)
        #expect(running.counts.withLock { $0.all } == 50)
    }

    @Test func `beyond the queue it is 503 with the time to come back, and one that is cancelled leaves its place`() async throws {
        let slots = ListSlots(count: 1, longestQueue: 1)
        let held = Held()
        let first = Task { try await slots.run(for: "a") { await held.body() } }
        while held.entered.withLock({ $0 }) == 0 { await Task.yield() }
        let waiting = Task { try await slots.run(for: "a") {} }
        // The second takes the one place of the queue; from then on others are refused.
        var refusal: APIError?
        while refusal == nil {
            let third = Task { try await slots.run(for: "a") {} }
            for _ in 0..<20 { await Task.yield() }
            third.cancel()
            do { try await third.value } catch { refusal = error as? APIError }
        }
        #expect(refusal?.status == .serviceUnavailable)
        #expect(refusal?.code == "busy")
        #expect(refusal?.headers[.retryAfter] == "1")
        waiting.cancel()
        _ = try? await waiting.value
        held.gate.continuation.finish()
        try await first.value
        try await slots.run(for: "a") {}
    }

    @Test func `a workspace that asks for very many takes neither every place nor every turn`() async throws {
        let slots = ListSlots(count: 1, longestQueue: 8, share: 4)
        let held = Held()
        let order = Order()
        let first = Task { try await slots.run(for: "a") { await held.body() } }
        while held.entered.withLock({ $0 }) == 0 { await Task.yield() }
        let crowd = (0..<20).map { _ in
            Task { do { try await slots.run(for: "a") { order.note("a") } } catch { order.refused.withLock { $0 += 1 } } }
        }
        // All but the share are refused at once, whoever else waits.
        while order.refused.withLock({ $0 }) < 16 { await Task.yield() }
        #expect(slots.waitingCount(of: "a") == 4)
        let other = Task { try await slots.run(for: "b") { order.note("b") } }
        while slots.waitingCount(of: "b") < 1 { await Task.yield() }
        held.gate.continuation.finish()
        try await first.value
        try await other.value
        for task in crowd { await task.value }
        #expect(order.workspaces.withLock { $0 }.count == 5)
        #expect(order.workspaces.withLock { $0 }.firstIndex(of: "b") ?? 9 <= 1)
    }
}
