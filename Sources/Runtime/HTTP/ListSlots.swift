import Synchronization

/// Lets only so many lists be read and written out at once; the others wait in the order in which they came.
///
/// A list can take the memory of a page several times over while it is made, so how many are made at once bounds it.
///
/// Concurrency: callable from anywhere; the state is behind a mutex and no continuation is resumed under it.
final class ListSlots: Sendable {
    private struct State {
        var free: Int
        var nextTicket = 0
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    private let state: Mutex<State>
    private let longestQueue: Int

    init(count: Int = 4, longestQueue: Int = 512) {
        state = Mutex(State(free: count))
        self.longestQueue = longestQueue
    }

    /// Runs the body once a slot is free; throws `busy` at once where too many wait already.
    func run<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws {
        let ticket: Int? = state.withLock { state in
            if state.free > 0 {
                state.free -= 1
                return nil
            }
            state.nextTicket += 1
            return state.nextTicket
        }
        guard let ticket else { return }
        let hasSlot = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    guard state.waiting.count < longestQueue, !Task.isCancelled else { return false }
                    state.waiting.append((ticket, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0).continuation }
            }
            continuation?.resume(returning: false)
        }
        guard hasSlot else { throw APIError.busy("too many lists are asked for at once") }
    }

    private func leave() {
        let next = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil as CheckedContinuation<Bool, Never>?
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}
