import Foundation
import PostgreSQL
import TestSupport

/// A session in a fresh database of the tests' server, by its socket.
func connect(_ url: String? = nil) throws -> ServerConnection {
    let url = try url ?? PostgresServer.shared.url(database: "postgres")
    return try ServerConnection(ConnectionSettings(url), applicationName: "tests")
}

extension ServerConnection {
    /// One statement.
    @discardableResult
    func run(_ sql: String, _ parameters: [Parameter] = [], timeout: Duration = .seconds(20)) throws(PostgresError) -> CommandResult {
        try exchange([.run(sql: sql, parameters)], timeout: timeout)[0]
    }
}

/// The error of the call; nil where it returns.
func failure<Value>(_ call: () throws(PostgresError) -> Value) -> PostgresError? {
    do throws(PostgresError) {
        _ = try call()
        return nil
    } catch { return error }
}

/// Calls the closure, on a thread of its own, as soon as that session sleeps in `pg_sleep`.
///
/// Not in a task: calls of a connection block the threads that tasks run on.
func whenAsleep(_ pid: Int32, _ action: @escaping @Sendable () -> Void) {
    Thread.detachNewThread {
        guard let watcher = try? connect() else { return }
        let end = ContinuousClock.now + .seconds(15)
        while ContinuousClock.now < end {
            let seen = try? watcher.run(
                "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'", [.int(Int64(pid))]
            ).changed
            if seen == 1 { return action() }
        }
    }
}
