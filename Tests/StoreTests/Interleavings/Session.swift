import Foundation
import Synchronization

@testable import Store

/// A writer with a connection and a thread of its own, driven through its transactions step by step.
///
/// The first step begins a transaction; a step that throws ends it without a trace, as `rollback` does. What the product would have run
/// again is not: the error is the step's.
final class Session: Sendable {
    /// The session's process on the server.
    let process: Int64
    private let queue: Queue

    /// Connects on a thread of its own, which ends with the value.
    static func start(_ isolation: Isolation, at address: DatabaseAddress, keyring: Keyring?) async throws -> Session {
        let queue = Queue()
        let connected = Step<Int64>()
        Thread {
            let link = PostgresLink(origin: PostgresLink.Origin(address: address, node: UUID().uuidString), lane: 0)
            defer { link.close() }
            do {
                let process = try link.read { connection in
                    for limit in Self.limits { try connection.run(limit, []) }
                    return try connection.value("SELECT pg_backend_pid()", as: Int64.self)
                }
                connected.end(.success(process ?? 0))
            } catch {
                return connected.end(.failure(error))
            }
            queue.serve(link, isolation, keyring)
        }.start()
        return try await Session(process: connected.value(), queue: queue)
    }

    /// In place of the product's own: on a busy machine a test may be long in coming to look at who waits.
    private static let limits: [SQL] = [
        "SET lock_timeout = '60s'", "SET statement_timeout = '60s'", "SET idle_in_transaction_session_timeout = '60s'",
    ]

    private init(process: Int64, queue: Queue) {
        self.process = process
        self.queue = queue
    }

    deinit { queue.send(.end) }

    /// Starts a step, which may have to wait for another session.
    func start<Value: Sendable>(_ body: @Sendable @escaping (Writing) throws -> Value) -> Step<Value> {
        let step = Step<Value>()
        queue.send(
            .step { writing in
                do {
                    let value = try body(writing)
                    // What the body has queued goes to the server with this.
                    _ = try writing.db.value("SELECT 1", as: Int.self)
                    step.end(.success(value))
                } catch {
                    step.end(.failure(error))
                    throw error
                }
            })
        return step
    }

    /// Does a step that waits for nobody.
    @discardableResult
    func run<Value: Sendable>(_ body: @Sendable @escaping (Writing) throws -> Value) async throws -> Value {
        try await start(body).value()
    }

    func commit() async throws { try await startCommit().value() }

    func startCommit() -> Step<Void> {
        let step = Step<Void>()
        queue.send(.commit(step))
        return step
    }

    func rollback() async throws {
        let step = Step<Void>()
        queue.send(.rollback(step))
        try await step.value()
    }
}

/// What the thread of a session is to do.
private final class Queue: Sendable {
    enum Command: Sendable {
        case step(@Sendable (Writing) throws -> Void)
        case commit(Step<Void>)
        case rollback(Step<Void>)
        case end
    }

    private struct RolledBack: Error {}
    private struct RunAgain: Error {}

    private let commands = Mutex<[Command]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    func send(_ command: Command) {
        commands.withLock { $0.append(command) }
        arrivals.signal()
    }

    private func next() -> Command {
        arrivals.wait()
        return commands.withLock { $0.removeFirst() }
    }

    func serve(_ link: PostgresLink, _ isolation: Isolation, _ keyring: Keyring?) {
        while true {
            switch next() {
            case .end: return
            case .commit(let step): step.end(.success(()))
            case .rollback(let step): step.end(.success(()))
            case .step(let first): if !transaction(from: first, link, isolation, keyring) { return }
            }
        }
    }

    /// False once the session is over.
    private func transaction(
        from first: @Sendable (Writing) throws -> Void, _ link: PostgresLink, _ isolation: Isolation, _ keyring: Keyring?
    ) -> Bool {
        var ending: Step<Void>?
        var (runs, isOver) = (0, false)
        do {
            try link.write(isolation) { connection -> Void in
                runs += 1
                if runs > 1 { throw RunAgain() }
                let writing = Writing(connection, keyring: keyring)
                try first(writing)
                while true {
                    switch next() {
                    case .step(let body): try body(writing)
                    case .commit(let step):
                        ending = step
                        return
                    case .rollback(let step):
                        ending = step
                        throw RolledBack()
                    case .end:
                        isOver = true
                        throw RolledBack()
                    }
                }
            }
            ending?.end(.success(()))
        } catch is RolledBack {
            ending?.end(.success(()))
        } catch {
            // A failing step has told it itself.
            ending?.end(.failure(error))
        }
        return !isOver
    }
}
