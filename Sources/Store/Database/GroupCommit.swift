import GRDB
import Synchronization

/// Lets writers that ask at the same time share one transaction, and so one `fsync`.
///
/// The first caller starts a drain on the writer connection; whoever comes while it runs waits for the next batch.
/// There is no timer: a lone caller commits at once, and the batch grows by itself with the load. Between two batches the
/// writer goes to whoever else waits for it, so that a queue that never empties holds up no other write.
///
/// Concurrency: the queue is a mutex held for an append or a swap; closures run on the writer's own queue. Each runs
/// in a savepoint, so one that throws undoes only itself. If the commit fails, everyone in the batch gets the error.
final class GroupCommit: Sendable {
    private let pool: DatabasePool
    private let keyring: Keyring?
    private let state = Mutex(State())

    private struct State {
        var waiting: [any Job] = []
        var isDraining = false
    }

    private static let maximumBatch = 256

    init(pool: DatabasePool, keyring: Keyring?) {
        self.pool = pool
        self.keyring = keyring
    }

    func run<Value: Sendable>(_ body: @Sendable @escaping (Writing) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = Submission(body: body, continuation: continuation)
            let startsDrain = state.withLock { state in
                state.waiting.append(job)
                defer { state.isDraining = true }
                return !state.isDraining
            }
            if startsDrain { drain() }
        }
    }

    /// Commits one batch, then lines up behind the writes that came meanwhile (the writer's queue is first in, first out).
    private func drain() {
        pool.asyncWriteWithoutTransaction { db in
            self.commit(self.nextBatch(), on: db)
            if self.hasMore() { self.drain() }
        }
    }

    /// Whether somebody waits; where nobody does, the next who comes starts a drain.
    private func hasMore() -> Bool {
        state.withLock { state in
            state.isDraining = !state.waiting.isEmpty
            return state.isDraining
        }
    }

    private func nextBatch() -> [any Job] {
        state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.maximumBatch))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private func commit(_ batch: [any Job], on db: GRDB.Database) {
        let writing = Writing(db: db, keyring: keyring)
        var settlements: [@Sendable ((any Error)?) -> Void] = []
        do {
            try db.inTransaction(.immediate) {
                for job in batch {
                    settlements.append(job.perform(in: writing))
                }
                return .commit
            }
            for settlement in settlements { settlement(nil) }
        } catch {
            // Nobody's work is in the file: not those who ran, nor those who were not reached.
            for settlement in settlements { settlement(error) }
            for job in batch.dropFirst(settlements.count) { job.fail(error) }
        }
    }
}

private protocol Job: Sendable {
    /// Runs in a savepoint; the returned closure resumes the caller, with the error of the commit if it failed.
    func perform(in writing: Writing) -> @Sendable ((any Error)?) -> Void
    func fail(_ error: any Error)
}

private struct Submission<Value: Sendable>: Job {
    let body: @Sendable (Writing) throws -> Value
    let continuation: CheckedContinuation<Value, any Error>

    func perform(in writing: Writing) -> @Sendable ((any Error)?) -> Void {
        let continuation = continuation
        do {
            var value: Value?
            try writing.db.inSavepoint {
                value = try body(writing)
                return .commit
            }
            guard let value else { preconditionFailure("a savepoint that did not throw left no value") }
            return { failure in
                if let failure { continuation.resume(throwing: failure) } else { continuation.resume(returning: value) }
            }
        } catch {
            return { _ in continuation.resume(throwing: error) }
        }
    }

    func fail(_ error: any Error) {
        continuation.resume(throwing: error)
    }
}
