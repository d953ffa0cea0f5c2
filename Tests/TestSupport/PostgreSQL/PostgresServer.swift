import Foundation
import Synchronization

/// A PostgreSQL of this test process's own: in a fresh folder, on a Unix socket in it and on a port of 127.0.0.1.
///
/// It is gone, folder and all, once the process has ended in whatever way, or once the value is let go of.
///
/// Over the socket everybody is trusted; over TCP `role` must give its password (SCRAM). `role` owns the databases and is no superuser, as
/// in production; `psql` asks as the superuser `postgres`.
///
/// Concurrency: every method may be called from any thread, and blocks it while a program runs.
package final class PostgresServer: Sendable {
    /// How a server ends: without flushing anything, as in a crash, or orderly, with the sessions cut.
    package enum Stop: String, Sendable { case immediate, fast }

    /// Whom tests connect as.
    package static let role = "reconcile"
    /// The password of `role`, of characters that a URL must escape.
    package static let password = "p@ss/w:rd %?"

    private static let onlyOne = Result { try PostgresServer() }
    /// The server of all tests of this process, started by the first that asks; nobody stops it.
    package static var shared: PostgresServer { get throws { try onlyOne.get() } }

    /// Has the socket, `log` and `data`.
    package let folder: String
    package let port: Int
    private let programs: String
    private let watcher: EndWatcher
    private let databases = Atomic(0)
    private let session = Mutex<PsqlSession?>(nil)
    private let templates = Mutex<[String: Result<String, any Error>]>([:])

    /// Makes a cluster and starts it.
    ///
    /// - Parameters:
    ///   - isDurable: whether commits are flushed to the disk (`fsync`).
    ///   - settings: of `postgresql.conf`, beside or instead of ours.
    package init(isDurable: Bool = false, settings: [String: String] = [:]) throws {
        programs = URL(fileURLWithPath: try Peer.postgres.require()).deletingLastPathComponent().path
        folder = try ServerUser.makeFolder("pg")
        watcher = try EndWatcher(
            "folder=$1; shift; [ ! -e \"$folder/data/postmaster.pid\" ] || \"$@\"; rm -rf \"$folder\"",
            [folder] + ServerUser.command + ["\(programs)/pg_ctl", "-D", "\(folder)/data", "stop", "-m", "immediate"])
        try ServerUser.run([
            "\(programs)/initdb", "-D", "\(folder)/data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            "--no-sync", "--no-instructions",
        ])
        try Self.write(
            """
            local all all trust
            local replication postgres trust
            host all postgres 127.0.0.1/32 trust
            host all all 127.0.0.1/32 scram-sha-256

            """, over: "\(folder)/data/pg_hba.conf")
        var all = [
            "unix_socket_directories": folder, "listen_addresses": "127.0.0.1", "max_connections": "300", "logging_collector": "off",
            "log_min_messages": "warning", "log_line_prefix": "%m [%p] %d ", "fsync": isDurable ? "on" : "off",
            "full_page_writes": isDurable ? "on" : "off",
        ]
        all.merge(settings) { _, given in given }
        let lines = all.sorted { $0.key < $1.key }.map { "\($0.key) = '\($0.value.replacing("'", with: "''"))'\n" }
        try Self.write(lines.joined(), over: "\(folder)/data/postgresql.auto.conf")
        port = try Self.startOnFreePort(programs, folder)
        try psql("CREATE ROLE \(Self.role) LOGIN PASSWORD '\(Self.password)'")
    }

    deinit {
        session.withLock { Self.close(&$0) }
    }

    /// Everything that the server has said.
    package var log: String { (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "" }

    /// The id of the process that started all others; nil while the server is stopped.
    package var postmaster: Int32? {
        let text = try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        return text.flatMap { $0.split(separator: "\n").first }.flatMap { Int32($0) }
    }

    // MARK: Running

    /// Starts a stopped server and returns once it takes connections.
    package func start() throws { try Self.start(programs, folder, port) }

    /// Stops it and returns once it is gone; `start` brings it back on the same socket and port.
    package func stop(_ how: Stop = .immediate) throws {
        session.withLock { Self.close(&$0) }
        try ServerUser.run(["\(programs)/pg_ctl", "-D", "\(folder)/data", "-w", "stop", "-m", how.rawValue])
    }

    /// Ends one session's process with SIGKILL, upon which the server restarts all of them; refuses what is no process of this server.
    package func killBackend(_ pid: Int32) throws {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        guard let postmaster, status.split(separator: "\n").contains("PPid:\t\(postmaster)") else {
            throw EndToEndError("\(pid) is no process of this server")
        }
        kill(pid, SIGKILL)
    }

    /// Ends one session in an orderly way (`pg_terminate_backend`), which hurts no other; false where it was gone already.
    @discardableResult
    package func terminateBackend(_ pid: Int32) throws -> Bool { try psql("SELECT pg_terminate_backend(\(pid))") == "t" }

    /// The sessions that clients have on a database.
    package func backends(of database: String) throws -> [Int32] {
        try psql("SELECT pid FROM pg_stat_activity WHERE datname = '\(database)' AND backend_type = 'client backend' ORDER BY pid")
            .split(separator: "\n").compactMap { Int32($0) }
    }

    /// Runs SQL through the program `psql` as the superuser and returns the rows, unaligned: columns between `|`, no head.
    ///
    /// Each statement is a transaction of its own; the first that fails ends the run with its message.
    @discardableResult
    package func psql(_ sql: String, database: String = "postgres") throws -> String {
        try session.withLock { session in
            let open = try session ?? PsqlSession([psqlPath] + psqlArguments(database: "postgres"), home: "postgres")
            session = open
            do {
                return try open.ask(sql, database: database)
            } catch {
                Self.close(&session)
                throw error
            }
        }
    }

    /// The same through a `psql` of its own, for text that is long.
    func load(_ sql: String, into database: String) throws {
        try FinishedProcess(psqlPath, psqlArguments(database: database), environment: ServerUser.environment, input: sql).succeeded()
    }

    /// A `psql` of its own that runs SQL as the superuser, to hold what others wait for until the SQL is through or the process is killed,
    /// which the server notices at once.
    package func session(_ sql: String, database: String) throws -> RunningProcess {
        try RunningProcess(
            psqlPath, psqlArguments(database: database), environment: ServerUser.environment,
            input: "SET client_connection_check_interval = '10ms';\n\(sql)\n")
    }

    private static func close(_ session: inout PsqlSession?) {
        session?.close()
        session = nil
    }

    var psqlPath: String { "\(programs)/psql" }

    /// For a `psql` that reads SQL from its standard input.
    func psqlArguments(database: String) -> [String] {
        ["-qXAt", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", "\(port)", "-U", "postgres", "-d", database, "-f", "-"]
    }

    // MARK: Databases

    /// Makes a database that `role` owns, with what the template has, and returns its name, which is never used again.
    package func database(template: String = "template1") throws -> String {
        let name = "state_\(databases.add(1, ordering: .relaxed).newValue)"
        try psql("CREATE DATABASE \(name) TEMPLATE \(template) OWNER \(Self.role)")
        return name
    }

    /// Removes a database, cutting whoever is connected to it.
    package func drop(_ database: String) throws { try psql("DROP DATABASE IF EXISTS \(database) WITH (FORCE)") }

    /// All of a database as SQL (`pg_dump`), of one moment; who is connected may go on.
    package func dump(_ database: String) throws -> String {
        try FinishedProcess(
            "\(programs)/pg_dump", ["-h", folder, "-p", "\(port)", "-U", "postgres", database], environment: ServerUser.environment
        ).succeeded()
    }

    /// A database to copy from: the first call under a name makes it and lets the closure fill it, later ones wait for that.
    ///
    /// - Parameter fill: gets the URL of the empty database, and must have closed its connections when it returns.
    package func template(_ name: String, fill: (_ url: String) throws -> Void) throws -> String {
        try templates.withLock { templates in
            if let made = templates[name] { return try made.get() }
            let made = Result { () throws -> String in
                let template = try database()
                try fill(url(database: template))
                try psql("ALTER DATABASE \(template) ALLOW_CONNECTIONS false")
                return template
            }
            templates[name] = made
            return try made.get()
        }
    }

    // MARK: URLs

    /// By the socket, as `role` and without a password.
    package func url(database: String) -> String {
        "postgres://\(Self.role)@\(Self.escaped(folder)):\(port)/\(database)"
    }

    /// By TCP, as `role` with its password; another port leads through a proxy.
    package func passwordURL(database: String, port other: Int? = nil, password: String = PostgresServer.password) -> String {
        "postgres://\(Self.role):\(Self.escaped(password))@127.0.0.1:\(other ?? port)/\(database)"
    }

    /// RFC 3986 § 2.1, with nothing but unreserved characters left as they are.
    package static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(
            withAllowedCharacters: CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) ?? ""
    }

    // MARK: Making

    /// Below the ports that the system gives to outgoing connections.
    private static let ports = 20_000..<32_000

    private static func startOnFreePort(_ programs: String, _ folder: String) throws -> Int {
        for _ in 0..<8 {
            let port = Int.random(in: ports)
            do {
                try start(programs, folder, port)
                return port
            } catch {
                let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
                guard log.contains("could not bind") else { throw EndToEndError("PostgreSQL does not start: \(error)\n\(log)") }
            }
        }
        throw EndToEndError("PostgreSQL found no free port")
    }

    private static func start(_ programs: String, _ folder: String, _ port: Int) throws {
        try ServerUser.runLeaving(["\(programs)/pg_ctl", "-D", "\(folder)/data", "-w", "-l", "\(folder)/log", "-o", "-p \(port)", "start"])
    }

    /// Writes over what the file has, and leaves it to its owner.
    private static func write(_ text: String, over path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}
