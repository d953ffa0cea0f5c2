import Synchronization

@testable import Store

/// The outcome of one step of a session, there once it has ended.
final class Step<Value: Sendable>: Sendable {
    private struct State {
        var outcome: Result<Value, any Error>?
        var waiting: [CheckedContinuation<Value, any Error>] = []
    }

    private let state = Mutex(State())

    var hasEnded: Bool { state.withLock { $0.outcome != nil } }

    /// Waits for the end of the step.
    @discardableResult
    func value() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiting.append(continuation) }
                return state.outcome
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// Waits for the end of the step; whether a deadlock was it. Any other error is thrown.
    func isUndone() async throws -> Bool {
        do {
            try await value()
            return false
        } catch let error as StoreError where error.code == .locked {
            return true
        }
    }

    func end(_ outcome: Result<Value, any Error>) {
        let waiting = state.withLock { state in
            state.outcome = outcome
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: outcome) }
    }
}
