import Foundation
import Synchronization

/// Threads with a connection each, which take work from one queue, first come, first served.
///
/// A thread is started when work waits and every other is busy, and stays until `stop()`.
///
/// Concurrency: the queue is a mutex; a link belongs to its thread alone.
final class ConnectionThreads: Sendable {
    /// Does it, and returns what is to be called once the thread counts as free, so that what comes next finds it so.
    typealias Work = @Sendable (PostgresLink) -> @Sendable () -> Void

    private let label: String
    private let count: Int
    private let origin: PostgresLink.Origin
    /// The first of the lanes that the threads write on; nil for readers.
    private let lanes: Int?
    private let isKeyed: Bool
    private let state = Mutex(State())
    private let waiting = DispatchSemaphore(value: 0)

    private struct State {
        var queue: [Work] = []
        /// The first of the queue that waits; what stands before it was taken.
        var first = 0
        var started = 0
        var idle = 0
        var isStopped = false

        var count: Int { queue.count - first }

        mutating func take() -> Work? {
            guard first < queue.count else { return nil }
            let work = queue[first]
            first += 1
            // Now and then, so that a long queue is not moved for each that leaves it.
            if first > 64, first * 2 > queue.count {
                queue.removeFirst(first)
                first = 0
            }
            return work
        }
    }

    init(label: String, count: Int, origin: PostgresLink.Origin, lanes: Int?, isKeyed: Bool = false) {
        self.label = label
        self.count = count
        self.origin = origin
        self.lanes = lanes
        self.isKeyed = isKeyed
    }

    func run<Value: Sendable>(_ body: @Sendable @escaping (PostgresLink) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isAccepted = enqueue { link in
                let result = Result { try body(link) }
                return { continuation.resume(with: result) }
            }
            if !isAccepted { continuation.resume(throwing: closed) }
        }
    }

    /// The same, blocking.
    func runNow<Value: Sendable>(_ body: @Sendable @escaping (PostgresLink) throws -> Value) throws -> Value {
        let outcome = Mutex<Result<Value, any Error>?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        let isAccepted = enqueue { link in
            let result = Result { try body(link) }
            return {
                outcome.withLock { $0 = result }
                isDone.signal()
            }
        }
        guard isAccepted else { throw closed }
        isDone.wait()
        guard let result = outcome.withLock({ $0 }) else { preconditionFailure("work was done and left no result") }
        return try result.get()
    }

    private var closed: StoreError { StoreError(code: .unavailable, message: "the state \(origin.address) was closed") }

    /// False, and nothing done, once it is stopped.
    @discardableResult
    func enqueue(_ work: @escaping Work) -> Bool {
        enum Step { case refused, signal, start(Int) }
        let step: Step = state.withLock { state in
            guard !state.isStopped else { return .refused }
            state.queue.append(work)
            guard state.idle < state.count, state.started < count else { return .signal }
            state.started += 1
            return .start(state.started - 1)
        }
        switch step {
        case .refused: return false
        case .signal: break
        case .start(let number): start(number)
        }
        waiting.signal()
        return true
    }

    /// Work that waits is still done; then the connections are closed.
    func stop() {
        let started = state.withLock { state in
            state.isStopped = true
            return state.started
        }
        for _ in 0..<started { waiting.signal() }
    }

    private func start(_ number: Int) {
        let thread = Thread { [self] in
            let link = PostgresLink(origin: origin, lane: lanes.map { $0 + number }, isKeyed: isKeyed)
            state.withLock { $0.idle += 1 }
            while let work = next() {
                let tell = work(link)
                state.withLock { $0.idle += 1 }
                tell()
            }
            link.close()
        }
        thread.name = "\(label).\(number)"
        thread.start()
    }

    private func next() -> Work? {
        while true {
            waiting.wait()
            let (work, isOver) = state.withLock { state -> (Work?, Bool) in
                guard let work = state.take() else { return (nil, state.isStopped) }
                state.idle -= 1
                return (work, false)
            }
            if let work { return work }
            if isOver { return nil }
        }
    }
}
