import Synchronization

/// Lets writers that ask at the same time share one transaction, and so one wait for the disk.
///
/// The first caller starts a drain on a lane of the engine; whoever comes while every lane is busy waits for the next batch. There is
/// no timer: a lone caller commits at once, and the batch grows by itself with the load. Between two batches the lane goes to whoever
/// else waits for it, so that a queue that never empties holds up no other write.
///
/// A batch needs no savepoints: where something in it fails, all of it is undone and each write runs in a transaction of its own, so
/// that one that fails hurts nobody else. Where others hold rows that some of it need, these are waited for once at length and then for
/// moments, so that whoever needs none of them is held up for a while and not refused. Where the state itself fails (locked, full,
/// gone), all of the batch fails.
///
/// Concurrency: the queue is a mutex held for an append or a swap; writes run on the engine's own threads.
final class GroupCommit: Sendable {
    private let engine: any Engine
    private let keyring: Keyring?
    private let state = Mutex(State())

    private struct State {
        var waiting: [any Job] = []
        var drains = 0
    }

    private static let maximumBatch = 256
    /// For how long the writes of a batch that met others' rows are tried one by one.
    private static let longestSeparation: Duration = .seconds(5)

    init(engine: any Engine, keyring: Keyring?) {
        self.engine = engine
        self.keyring = keyring
    }

    func submit<Operation: BatchOperation>(_ input: Operation.Input, to operation: Operation.Type) async throws -> Operation.Output {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(Submission<Operation>(entries: [.init(input: input, continuation: continuation)]))
        }
    }

    func run<Value: Sendable>(_ body: @Sendable @escaping (Writing) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(Closure(body: body, continuation: continuation))
        }
    }

    private func enqueue(_ job: any Job) {
        let startsDrain = state.withLock { state in
            state.waiting.append(job)
            guard state.drains < engine.lanes else { return false }
            state.drains += 1
            return true
        }
        if startsDrain { drain() }
    }

    /// Commits one batch, then lines up behind the writes that came meanwhile (a lane is first in, first out).
    private func drain() {
        engine.enqueueBatch { lane in
            self.commit(self.nextBatch(), on: lane)
            if self.hasMore() { self.drain() }
        }
    }

    /// Whether somebody waits; where nobody does, this drain ends and the next who comes starts one.
    private func hasMore() -> Bool {
        state.withLock { state in
            if state.waiting.isEmpty { state.drains -= 1 }
            return !state.waiting.isEmpty
        }
    }

    /// What waits, merged: one job for all inputs of an operation, in the order of the tables.
    private func nextBatch() -> [any Job] {
        let taken = state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.maximumBatch))
            state.waiting.removeFirst(batch.count)
            return batch
        }
        var merged: [any Job] = []
        var places: [ObjectIdentifier: Int] = [:]
        for job in taken {
            guard let kind = job.kind else {
                merged.append(job)
                continue
            }
            if let place = places[kind] {
                merged[place] = merged[place].merged(with: job)
            } else {
                places[kind] = merged.count
                merged.append(job)
            }
        }
        return merged.enumerated().sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }.map(\.element)
    }

    private func commit(_ batch: [any Job], on lane: any BatchTransactions, isBrief: Bool = false) {
        do {
            let settlements = try lane.transaction(isBrief: isBrief) { connection in
                let writing = Writing(connection, keyring: keyring)
                return try batch.map { try $0.perform(in: writing) }
            }
            for settle in settlements { settle() }
        } catch let error as StoreError where error.concernsState {
            for job in batch { job.fail(error) }
        } catch {
            let single = batch.flatMap { $0.separated() }
            guard single.count > 1 else {
                for job in single { job.fail(error) }
                return
            }
            let isContention = (error as? StoreError)?.isContention == true
            let end = ContinuousClock.now + Self.longestSeparation
            for job in single {
                if isContention, ContinuousClock.now >= end {
                    job.fail(error)
                } else {
                    commit([job], on: lane, isBrief: isContention)
                }
            }
        }
    }
}

/// A write that waits for its batch.
private protocol Job: Sendable {
    /// Jobs of one kind are merged; nil for one that stands alone.
    var kind: ObjectIdentifier? { get }
    var order: BatchOrder { get }
    func merged(with other: any Job) -> any Job
    /// One job for each caller.
    func separated() -> [any Job]
    /// Does it; the returned closure, called after the commit, resumes the callers.
    func perform(in writing: Writing) throws -> () -> Void
    func fail(_ error: any Error)
}

private struct Submission<Operation: BatchOperation>: Job {
    struct Entry: Sendable {
        let input: Operation.Input
        let continuation: CheckedContinuation<Operation.Output, any Error>
    }

    var entries: [Entry]

    var kind: ObjectIdentifier? { ObjectIdentifier(Operation.self) }
    var order: BatchOrder { Operation.order }

    func merged(with other: any Job) -> any Job {
        guard let other = other as? Self else { preconditionFailure("two operations of one kind are of two types") }
        return Submission(entries: entries + other.entries)
    }

    func separated() -> [any Job] { entries.map { Submission(entries: [$0]) } }

    func perform(in writing: Writing) throws -> () -> Void {
        let outputs = try Operation.run(entries.map(\.input), in: writing)
        guard outputs.count == entries.count else { preconditionFailure("\(Operation.self) left callers without an output") }
        return { for (entry, output) in zip(entries, outputs) { entry.continuation.resume(returning: output) } }
    }

    func fail(_ error: any Error) {
        for entry in entries { entry.continuation.resume(throwing: error) }
    }
}

private struct Closure<Value: Sendable>: Job {
    let body: @Sendable (Writing) throws -> Value
    let continuation: CheckedContinuation<Value, any Error>

    var kind: ObjectIdentifier? { nil }
    var order: BatchOrder { .others }

    func merged(with other: any Job) -> any Job { self }
    func separated() -> [any Job] { [self] }

    func perform(in writing: Writing) throws -> () -> Void {
        let value = try body(writing)
        return { continuation.resume(returning: value) }
    }

    func fail(_ error: any Error) { continuation.resume(throwing: error) }
}
