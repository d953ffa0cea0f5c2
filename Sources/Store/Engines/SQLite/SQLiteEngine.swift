import GRDB

/// The state as one SQLite file in WAL mode, `synchronous = FULL`: a pool of snapshot readers and one writer.
///
/// Concurrency: GRDB's own queues run what blocks; the writer's is first in, first out.
final class SQLiteEngine: Engine {
    let lanes = 1
    let path: String
    let pool: DatabasePool

    /// Opens, checks and migrates the file.
    init(path: String, mode: Store.Mode, busyTimeout: Duration) throws(StoreError) {
        self.path = path
        var configuration = Configuration()
        configuration.label = "reconcile.state"
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.maximumReaderCount = Self.readers
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        let file = try StateFile.prepare(path, mode: mode)
        do {
            pool = try DatabasePool(path: file, configuration: configuration)
            // GRDB itself sets NORMAL when it switches to WAL, after `prepareDatabase`.
            try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
            try SQLiteMigration.run(on: pool, mode: mode, path: path)
            if mode != .copyTarget { try pool.read { try CopyMark.check(SQLiteConnection($0, path: path), state: path) } }
        } catch {
            throw StoreError(opening: error, path: path)
        }
    }

    func read<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) async throws -> Value {
        try await converting { [path] in try await pool.read { db in try body(SQLiteConnection(db, path: path)) } }
    }

    func write<Value: Sendable>(
        _ isolation: Isolation, _ body: @Sendable @escaping (any Connection) throws -> Value
    ) async throws -> Value {
        try await converting { [path] in
            try await pool.writeWithoutTransaction { db in try SQLiteTransactions(db: db, path: path).transaction(isBrief: false, body) }
        }
    }

    func enqueueBatch(_ drain: @Sendable @escaping (any BatchTransactions) -> Void) {
        pool.asyncWriteWithoutTransaction { [path] db in drain(SQLiteTransactions(db: db, path: path)) }
    }

    func readNow<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) throws -> Value {
        do {
            return try pool.read { db in try body(SQLiteConnection(db, path: path)) }
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    func writeNow<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) throws -> Value {
        do {
            return try pool.writeWithoutTransaction { db in try SQLiteTransactions(db: db, path: path).transaction(isBrief: false, body) }
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    /// `PRAGMA data_version`, which must be asked on the writer's connection to leave own writes out.
    func changeMark() async throws -> Int64 {
        try await converting { try await pool.writeWithoutTransaction { db in try Int64.fetchOne(db, sql: "PRAGMA data_version") ?? 0 } }
    }

    /// Moves the log into the file.
    func close() {
        try? pool.close()
    }

    private func converting<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }
}

/// Transactions on the writer's connection, inside its queue.
struct SQLiteTransactions: BatchTransactions {
    let db: GRDB.Database
    let path: String

    /// One immediate transaction: what it decides, nobody else changes meanwhile.
    func transaction<Value>(isBrief: Bool, _ body: (any Connection) throws -> Value) throws -> Value {
        do {
            var value: Value?
            try db.inTransaction(.immediate) {
                value = try body(SQLiteConnection(db, path: path))
                return .commit
            }
            guard let value else { preconditionFailure("a committed transaction left no value") }
            return value
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }
}
