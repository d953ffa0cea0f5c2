import Synchronization
import Values

/// Lets only so many lists be read and written out at once; the others wait, workspaces in turn.
///
/// A list can take the memory of a page several times over while it is made, so how many are made at once bounds it. The places
/// to wait are shared out, so that one tenant's requests neither take all of them nor go before everybody else's.
///
/// Concurrency: callable from anywhere; the state is behind a mutex and no continuation is resumed under it.
final class ListSlots: Sendable {
    private struct State {
        var free: Int
        var nextTicket = 0
        var waiting = TurnQueue<ExactText, Waiting>()
    }

    private struct Waiting: Sendable {
        let ticket: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    /// Fewer than the state reads at once, so that slow lists leave room for the loads of keys, routes and events.
    static let atOnce = 4

    private let state: Mutex<State>
    private let longestQueue: Int
    private let share: Int

    /// - Parameters:
    ///   - count: how many run at once.
    ///   - longestQueue: how many wait, of all workspaces.
    ///   - share: how many of one.
    init(count: Int = ListSlots.atOnce, longestQueue: Int = 512, share: Int = 128) {
        state = Mutex(State(free: count))
        self.longestQueue = longestQueue
        self.share = share
    }

    /// Runs the body once a slot is free; throws `busy` at once where too many wait already.
    ///
    /// - Parameter workspace: whose share it counts towards.
    func run<Value>(for workspace: ExactText, _ body: () async throws -> Value) async throws -> Value {
        try await enter(workspace)
        defer { leave() }
        return try await body()
    }

    /// How many of a workspace wait.
    func waitingCount(of workspace: ExactText) -> Int { state.withLock { $0.waiting.count(of: workspace) } }

    private func enter(_ workspace: ExactText) async throws {
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
                    guard state.waiting.count < longestQueue, state.waiting.count(of: workspace) < share, !Task.isCancelled else {
                        return false
                    }
                    state.waiting.append(Waiting(ticket: ticket, continuation: continuation), of: workspace)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let left = state.withLock { $0.waiting.removeFirst(of: workspace) { $0.ticket == ticket } }
            left?.continuation.resume(returning: false)
        }
        guard hasSlot else { throw APIError.busy("too many lists are asked for at once") }
    }

    private func leave() {
        let next = state.withLock { state in
            let next = state.waiting.popFirst()
            if next == nil { state.free += 1 }
            return next
        }
        next?.continuation.resume(returning: true)
    }
}
