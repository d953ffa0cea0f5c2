import Synchronization

/// Wakes one waiting task; a ring that nobody waits for is kept for the next to wait, any number of them as one.
///
/// Concurrency: `ring` from anywhere; one waiter at a time.
final class Signal: Sendable {
    private enum State {
        case silent
        case rung
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.silent)

    func ring() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .waiting(let continuation) = state {
                state = .silent
                return continuation
            }
            state = .rung
            return nil
        }
        waiter?.resume()
    }

    /// Returns after a ring, or when the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRung = state.withLock { state in
                    if case .silent = state, !Task.isCancelled {
                        state = .waiting(continuation)
                        return false
                    }
                    state = .silent
                    return true
                }
                if isRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }

    /// Returns after a ring, a cancellation, or that time.
    func wait(atMost limit: Duration?) async {
        guard let limit else { return await wait() }
        guard limit > .zero else { return }
        await withTaskGroup { group in
            group.addTask { await self.wait() }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
