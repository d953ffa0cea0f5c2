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
    private let place: Place

    private enum Place {
        case file
        case database(String, on: PostgresServer)
        /// PostgreSQL cannot be had, for this reason.
        case absent(any Error)
    }

    /// A state that is not there yet or, with `migrate`, may have its tables.
    ///
    /// Where PostgreSQL cannot be had, the location is one that refuses every connection, and whatever is asked of the value throws why.
    ///
    /// - Parameters:
    ///   - folder: where the file is to be; the value keeps no folder alive.
    ///   - engine: the run's own where nil.
    ///   - migrate: makes the tables at a location and closes it. It runs once a process, for a database that is then copied; files are
    ///     left to whoever opens them.
    package init(in folder: TemporaryFolder, on engine: Engine = TestState.engine, migrate: ((_ location: String) throws -> Void)? = nil) {
        guard engine != .sqlite else {
            (location, place) = (folder.file("state.sqlite"), .file)
            return
        }
        do {
            let server = try PostgresServer.shared
            let template = try migrate.map { try server.template("migrated", fill: $0) }
            let name = try server.database(template: template ?? "template1")
            location = try Self.location(of: name, on: server, through: engine)
            place = .database(name, on: server)
        } catch {
            (location, place) = ("postgres://127.0.0.1:1/unavailable?connect_timeout=1", .absent(error))
        }
    }

    deinit {
        guard case .database(let database, let server) = place else { return }
        Self.removal.async { try? server.drop(database) }
    }

    /// Another state with all that this one has committed so far, as a crash would leave it; who is connected may go on.
    package init(copying other: TestState, in folder: TemporaryFolder) throws {
        if let (source, server) = try other.database() {
            let database = try server.database()
            try server.load(try server.dump(source), into: database)
            (location, place) = (try Self.location(of: database, on: server, through: Self.engine), .database(database, on: server))
        } else {
            (location, place) = (folder.file("state.sqlite"), .file)
            for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: other.location + suffix) {
                try FileManager.default.copyItem(atPath: other.location + suffix, toPath: location + suffix)
            }
        }
    }

    /// Whether anything is there: a file, or tables.
    package var exists: Bool {
        get throws {
            guard try database() != nil else { return FileManager.default.fileExists(atPath: location) }
            return try sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") != "0"
        }
    }

    /// The program that `sql` needs, for a state of the run's own engine.
    package static let shell = isFile ? Peer.sqlite : Peer.postgres

    /// Nil where the state is a file.
    private func database() throws -> (name: String, server: PostgresServer)? {
        switch place {
        case .file: nil
        case .database(let name, let server): (name, server)
        case .absent(let error): throw error
        }
    }

    /// Runs SQL past the product, through `sqlite3` or `psql`, and returns the rows: columns between `|`, no head.
    @discardableResult
    package func sql(_ text: String) throws -> String {
        if let (database, server) = try database() { return try server.psql(text, database: database) }
        return try FinishedProcess(try Peer.sqlite.require(), ["-batch", "-bail", location], input: text).succeeded()
            .trimmingCharacters(in: .newlines)
    }

    private static func location(of database: String, on server: PostgresServer, through engine: Engine) throws -> String {
        engine == .pgbouncer ? try PgBouncer.shared.url(database: database) : server.url(database: database)
    }

    /// The same in the words of the engine that this state is on.
    @discardableResult
    package func sql(sqlite: String, postgres: String) throws -> String { try sql(try database() == nil ? sqlite : postgres) }

    /// What `hold` needs.
    package static let holder = isFile ? Peer.python : Peer.postgres

    /// A process that keeps what every write of the state needs, for so long or until it is killed; returns once it has it.
    package func hold(for seconds: Double = 60) async throws -> RunningProcess {
        let holder =
            if let (database, server) = try database() {
                try server.session(
                    """
                    BEGIN; SELECT 1 FROM state WHERE id = 1 FOR UPDATE;
                    \\! echo held
                    SELECT pg_sleep(\(seconds)); ROLLBACK;
                    """, database: database)
            } else {
                try RunningProcess(
                    try Peer.python.require(), ["-c", Self.holdingFile, location, "\(seconds)"], environment: ["PATH": "/usr/bin:/bin"])
            }
        try await holder.line(containing: "held")
        return holder
    }

    private static let holdingFile = """
        import sqlite3, sys, time
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        # A log that is not empty, as beside any running process: opening the state then needs no lock of its own.
        connection.executescript("CREATE TABLE held (id); DROP TABLE held")
        connection.execute("BEGIN IMMEDIATE")
        print("held", flush=True)
        time.sleep(float(sys.argv[2]))
        """

    /// All that a database has left on the machine, to be searched: its rows as a dump, its files, and the server's log. None where
    /// the state is a file, which is in the test's folder.
    package func traces() throws -> [(place: String, bytes: [UInt8])] {
        guard let (database, server) = try database() else { return [] }
        let oid = try server.psql("CHECKPOINT; SELECT oid FROM pg_database WHERE datname = '\(database)'")
        let folder = "\(server.folder)/data/base/\(oid)"
        var traces = [("the dump", Array(try server.dump(database).utf8)), ("the server's log", Array(server.log.utf8))]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
            traces.append(("the server's file \(file)", Array(FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data())))
        }
        return traces
    }

    /// Databases are dropped one after another, and no test waits for it.
    private static let removal = DispatchQueue(label: "test-state.removal")
}
