internal import ServiceLifecycle
import Synchronization

/// Runs calls that must come to their end although whoever asked may have gone: a code or a refresh token is spent by its
/// use, so an answer that nobody stores is a connection lost.
///
/// Concurrency: callers hand work over through a mutex and a stream; it runs in the task group of `run()`. A graceful
/// shutdown takes nothing new and waits for what is under way. Work that was never begun is told so.
package final class UnbrokenWork: Service {
    private let numbers: AsyncStream<Int>
    private let submission: AsyncStream<Int>.Continuation
    private let state = Mutex(State())

    private struct State {
        var isOpen = true
        var last = 0
        var waiting: [Int: Work] = [:]
    }

    private struct Work {
        let perform: @Sendable () async -> Void
        let refuse: @Sendable () -> Void
    }

    package init() {
        (numbers, submission) = AsyncStream.makeStream()
    }

    package func run() async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await number in numbers {
                    guard let work = state.withLock({ $0.waiting.removeValue(forKey: number) }) else { continue }
                    group.addTask { await work.perform() }
                }
            }
        } onGracefulShutdown: {
            self.submission.finish()
        }
        let left = state.withLock { state in
            state.isOpen = false
            defer { state.waiting = [:] }
            return state.waiting.values.map(\.refuse)
        }
        for refuse in left { refuse() }
    }

    /// Runs `body` to its end and waits for it.
    package func perform<Value: Sendable>(
        _ body: @Sendable @escaping () async -> Result<Value, any Error>
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            start {
                continuation.resume(with: await body())
            } orRefuse: {
                continuation.resume(throwing: OAuthError(.stopping, "the runtime is shutting down; try again"))
            }
        }
    }

    /// Hands work over without waiting; exactly one of the two closures runs.
    package func start(_ perform: @Sendable @escaping () async -> Void, orRefuse refuse: @Sendable @escaping () -> Void) {
        let number = state.withLock { state -> Int? in
            guard state.isOpen else { return nil }
            state.last += 1
            state.waiting[state.last] = Work(perform: perform, refuse: refuse)
            return state.last
        }
        guard let number else { return refuse() }
        submission.yield(number)
    }
}
