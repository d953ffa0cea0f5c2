import Spec
import Values

/// The state: one SQLite file, or one PostgreSQL database, shared by the command line and one runtime.
///
/// What was committed survives a power cut. On SQLite a write waits up to `busyTimeout` for another process's transaction, then
/// fails with `StoreError.Code.locked`.
///
/// Concurrency: every method may be called from any task. Statements block on threads of the engine's own, never on the cooperative
/// pool.
package final class Store: Sendable {
    package let location: StateLocation
    package let keyring: Keyring?
    let engine: any Engine
    let commits: GroupCommit

    /// How the state is opened.
    package enum Mode: Sendable {
        /// Made where it does not exist, and brought to the current schema. A PostgreSQL database itself must exist.
        case createIfMissing
        /// Must exist; brought to the current schema.
        case existing
        /// To be filled from another state: made where it does not exist; one that such a copy has begun is opened as well. A state of
        /// an earlier schema is refused, so that nothing is written to what is no target.
        case copyTarget
    }

    /// Opens, checks and migrates; a keyring that opens none of the state's secrets is `sealed`. Blocks while it does.
    ///
    /// - Parameter state: the path of a file, or the address of a database (`StateLocation`).
    package convenience init(
        state: String, mode: Mode = .createIfMissing, keyring: Keyring?, busyTimeout: Duration = .seconds(5)
    ) throws(StoreError) {
        try self.init(at: StateLocation(state), mode: mode, keyring: keyring, busyTimeout: busyTimeout)
    }

    package init(
        at location: StateLocation, mode: Mode = .createIfMissing, keyring: Keyring?, busyTimeout: Duration = .seconds(5)
    ) throws(StoreError) {
        self.keyring = keyring
        self.location = location
        switch location {
        case .file(let path): engine = try SQLiteEngine(path: path, mode: mode, busyTimeout: busyTimeout)
        case .database(let address): engine = try PostgresEngine(address, mode: mode)
        }
        commits = GroupCommit(engine: engine, keyring: keyring)
        do {
            if let keyring { try KeyCanary.check(keyring, on: engine, path: location.description) }
        } catch {
            throw StoreError.opening(error, state: location.description)
        }
    }

    /// Runs reads on one snapshot.
    package func read<Value: Sendable>(_ body: @Sendable @escaping (Reading) throws -> Value) async throws -> Value {
        try await engine.read { [keyring] connection in try body(Reading(connection, keyring: keyring)) }
    }

    /// Runs one transaction that changes declared resources, keys or secrets: one at a time in the whole state.
    ///
    /// The body may run again after a rollback and has no effect outside of the state.
    package func write<Value: Sendable>(_ body: @Sendable @escaping (Writing) throws -> Value) async throws -> Value {
        try await engine.write(.exclusive) { [keyring] connection in try body(Writing(connection, keyring: keyring)) }
    }

    /// Runs one transaction beside others, each of whose decisions is one statement.
    package func sharedWrite<Value: Sendable>(_ body: @Sendable @escaping (Writing) throws -> Value) async throws -> Value {
        try await engine.write(.shared) { [keyring] connection in try body(Writing(connection, keyring: keyring)) }
    }

    /// Runs writes in a transaction shared with other callers who ask at the same time; returns after the commit.
    ///
    /// A closure that throws leaves no trace and does not hurt its neighbours; it may run again after a rollback.
    package func groupWrite<Value: Sendable>(_ body: @Sendable @escaping (Writing) throws -> Value) async throws -> Value {
        try await commits.run(body)
    }

    /// Does one of many writes of a kind, in a transaction with the others; returns after the commit.
    func submit<Operation: BatchOperation>(_ input: Operation.Input, to operation: Operation.Type) async throws -> Operation.Output {
        try await commits.submit(input, to: operation)
    }

    /// What moves whenever another process has committed, and with every change of declared resources or keys, whoever made it.
    package func changeMark() async throws -> ChangeMark {
        // Others' first: what they commit in between moves it the next time.
        let others = try await engine.changeMark()
        return ChangeMark(others: others, serial: try await read { try $0.stateSerial() })
    }

    /// Ends what is under way and closes the state; later calls fail.
    package func close() {
        engine.close()
    }
}

/// Tells whether a state has changed since it was read.
package struct ChangeMark: Sendable, Equatable {
    /// The engine's own mark of other processes' commits.
    let others: Int64
    let serial: StateSerial
}
