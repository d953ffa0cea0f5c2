import GRDB
import Values

/// The state: one SQLite file (WAL), shared by the command line and one runtime.
///
/// `synchronous` is FULL: what was committed survives a power cut. A write waits up to `busyTimeout` for another
/// process's transaction, then fails with `StoreError.Code.locked`.
///
/// Concurrency: a pool of snapshot readers and one writer connection; every method may be called from any task.
/// Blocking SQLite calls run on GRDB's own queues, never on the cooperative pool.
package final class Store: Sendable {
    package let path: String
    package let keyring: Keyring?
    let pool: DatabasePool
    let commits: GroupCommit

    /// How the file is opened.
    package enum Mode: Sendable {
        /// Made where it does not exist, and brought to the current schema.
        case createIfMissing
        /// Must exist; brought to the current schema.
        case existing
    }

    /// Opens, checks and migrates; a keyring that opens none of the state's secrets is `sealed`.
    package init(path: String, mode: Mode = .createIfMissing, keyring: Keyring?, busyTimeout: Duration = .seconds(5)) throws(StoreError) {
        self.path = path
        self.keyring = keyring
        var configuration = Configuration()
        configuration.label = "reconcile.state"
        configuration.busyMode = .timeout(Double(busyTimeout.milliseconds) / 1000)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        let file = try StateFile.prepare(path, mode: mode)
        do {
            pool = try DatabasePool(path: file, configuration: configuration)
            // GRDB itself sets NORMAL when it switches to WAL, after `prepareDatabase`.
            try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
            commits = GroupCommit(pool: pool, keyring: keyring)
            try Migration.run(on: pool, path: path)
            if let keyring { try KeyCanary.check(keyring, on: pool, path: path) }
        } catch {
            throw Self.convert(error, path: path)
        }
    }

    /// Runs reads on one snapshot.
    package func read<Value: Sendable>(_ body: @Sendable @escaping (Reading) throws -> Value) async throws -> Value {
        do {
            return try await pool.read { [keyring] db in try body(Reading(db: db, keyring: keyring)) }
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    /// Runs one immediate transaction by itself.
    package func write<Value: Sendable>(_ body: @Sendable @escaping (Writing) throws -> Value) async throws -> Value {
        do {
            return try await pool.writeWithoutTransaction { [keyring] db in
                var value: Value?
                try db.inTransaction(.immediate) {
                    value = try body(Writing(db: db, keyring: keyring))
                    return .commit
                }
                guard let value else { preconditionFailure("a committed transaction left no value") }
                return value
            }
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    /// Runs writes in a transaction shared with other callers who ask at the same time; returns after the commit.
    ///
    /// A closure that throws leaves no trace and does not hurt its neighbours.
    package func groupWrite<Value: Sendable>(_ body: @Sendable @escaping (Writing) throws -> Value) async throws -> Value {
        do {
            return try await commits.run(body)
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    /// A number that moves whenever another process has committed (`PRAGMA data_version`); own writes leave it.
    package func dataVersion() async throws -> Int {
        do {
            return try await pool.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA data_version") ?? 0 }
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    /// Moves the log into the file and closes it; later calls fail.
    package func close() {
        try? pool.close()
    }

    private static func convert(_ error: any Error, path: String) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as DatabaseError: StoreError(error, path: path)
        default: StoreError(code: .inaccessible, message: "the state \(path) cannot be opened: \(error)")
        }
    }
}
