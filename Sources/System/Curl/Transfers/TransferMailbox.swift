import CCurl
import Synchronization

/// What the callers' threads share with the loop's thread.
///
/// Concurrency: everything is behind the mutex; the multi handle is used here for `curl_multi_wakeup` alone, which "can be
/// called from any thread" (curl.se/libcurl/c/curl_multi_wakeup.html), and only until the loop withdraws it under the mutex.
final class TransferMailbox: Sendable {
    struct Job: Sendable {
        let id: UInt64
        let request: OutgoingRequest
        let completion: @Sendable (Result<IncomingResponse, TransferError>) -> Void
    }

    struct Mail {
        var jobs: [Job] = []
        var cancelled: [UInt64] = []
        var isClosing = false
    }

    private struct State {
        var mail = Mail()
        var multi: WakeupHandle?
    }

    private let state: Mutex<State>
    private let ids = Atomic<UInt64>(0)

    @safe struct WakeupHandle: @unchecked Sendable {
        let multi: UnsafeMutableRawPointer
        func wake() { _ = unsafe curl_multi_wakeup(multi) }
    }

    init(multi: WakeupHandle) {
        state = Mutex(State(multi: multi))
    }

    func nextID() -> UInt64 { ids.add(1, ordering: .relaxed).newValue }

    func submit(
        _ request: OutgoingRequest, id: UInt64, completion: @escaping @Sendable (Result<IncomingResponse, TransferError>) -> Void
    ) {
        let failure: TransferError? = state.withLock { state in
            guard !state.mail.isClosing else { return TransferError(.closed, "the client is closed") }
            state.mail.jobs.append(Job(id: id, request: request, completion: completion))
            // The first of a batch wakes the loop; those behind it are taken along.
            if state.mail.jobs.count == 1 { state.multi?.wake() }
            return nil
        }
        if let failure { completion(.failure(failure)) }
    }

    /// Unknown ids, of transfers that ended meanwhile, are ignored.
    func cancel(_ id: UInt64) {
        state.withLock { state in
            guard !state.mail.isClosing else { return }
            state.mail.cancelled.append(id)
            state.multi?.wake()
        }
    }

    func close() {
        state.withLock { state in
            state.mail.isClosing = true
            state.multi?.wake()
        }
    }

    /// Everything that came since the last call.
    func take() -> Mail {
        state.withLock { state in
            defer {
                state.mail.jobs.removeAll(keepingCapacity: true)
                state.mail.cancelled.removeAll()
            }
            return state.mail
        }
    }

    /// The loop is about to free the handle: nobody may wake it from here on.
    func withdrawHandle() {
        state.withLock { $0.multi = nil }
    }
}
