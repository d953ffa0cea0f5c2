import Foundation

/// Where a test keeps its state: a file in a folder, or a database on a PostgreSQL of this test process.
///
/// `RECONCILE_TEST_STATE` says which, for the whole run: `sqlite` (and nothing), `postgres`, or `pgbouncer` for a PostgreSQL behind a pooler in transaction
/// mode. A database goes with the value.
package final class TestState: Sendable {
    package enum Engine: String, Sendable, CaseIterable { case sqlite, postgres, pgbouncer }

    /// What the run asked for.
    package static let engine: Engine = {
        let asked = ProcessInfo.processInfo.environment["RECONCILE_TEST_STATE"] ?? ""
        guard let engine = Engine(rawValue: asked.isEmpty ? "sqlite" : asked) else {
            preconditionFailure("RECONCILE_TEST_STATE is `\(asked)`, and must be one of sqlite, postgres, pgbouncer")
        }
        return engine
    }()

    /// Whether states are files; what is about the file itself runs only then.
    package static var isFile: Bool { engine == .sqlite }
    /// Says why a test about the file is skipped.
    package static let fileOnly = "this is about the file of a state, and RECONCILE_TEST_STATE keeps none"

    /// For `--state`, `RECONCILE_STATE` and `Store(state:)`: a path or a URL.
    package let location: String
    private let server: PostgresServer?
    private let database: String?

    /// A state that is not there yet or, with `migrate`, may have its tables.
    ///
    /// Where PostgreSQL cannot be had, the location is one that refuses every connection, and standard error says why.
    ///
    /// - Parameters:
    ///   - folder: where the file is to be; the value keeps no folder alive.
    ///   - engine: the run's own where nil.
    ///   - migrate: makes the tables at a location and closes it. It runs once a process, for a database that is then copied; files are
    ///     left to whoever opens them.
    package init(in folder: TemporaryFolder, on engine: Engine = TestState.engine, migrate: ((_ location: String) throws -> Void)? = nil) {
        guard engine != .sqlite else {
            (location, server, database) = (folder.file("state.sqlite"), nil, nil)
            return
        }
        do {
            let server = try PostgresServer.shared
            let template = try migrate.map { try server.template("migrated", fill: $0) }
            let name = try server.database(template: template ?? "template1")
            location = engine == .postgres ? server.url(database: name) : try PgBouncer.shared.url(database: name)
            (self.server, database) = (server, name)
        } catch {
            FileHandle.standardError.write(Data("no PostgreSQL for this test: \(error)\n".utf8))
            (location, server, database) = ("postgres://127.0.0.1:1/unavailable?connect_timeout=1", nil, nil)
        }
    }

    deinit {
        guard let server, let database else { return }
        Self.removal.async { try? server.drop(database) }
    }

    /// Runs SQL past the product, through `sqlite3` or `psql`, and returns the rows: columns between `|`, no head.
    @discardableResult
    package func sql(_ text: String) throws -> String {
        if let server, let database { return try server.psql(text, database: database) }
        return try FinishedProcess(try Peer.sqlite.require(), ["-batch", "-bail", location], input: text).succeeded()
            .trimmingCharacters(in: .newlines)
    }

    /// Databases are dropped one after another, and no test waits for it.
    private static let removal = DispatchQueue(label: "test-state.removal")
}
