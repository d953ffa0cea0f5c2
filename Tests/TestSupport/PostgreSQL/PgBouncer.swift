import Foundation

/// A PgBouncer in transaction mode before a server of this process, on a Unix socket; gone with the process or the value.
///
/// It trusts everybody, leaves `ignore_startup_parameters` at its default, and opens up to `poolSize` connections a database.
///
/// Concurrency: every method may be called from any thread, and blocks it while a program runs.
package final class PgBouncer: Sendable {
    private static let onlyOne = Result { try PgBouncer(before: .shared) }
    /// Before `PostgresServer.shared`, for all tests of this process; nobody stops it.
    package static var shared: PgBouncer { get throws { try onlyOne.get() } }

    /// Names the socket in the folder; nothing listens on TCP.
    package static let port = 6432

    /// Has the socket and `log`.
    package let folder: String
    package let server: PostgresServer
    private let program: String
    private let watcher: EndWatcher

    /// Starts it and returns once it answers.
    package init(before server: PostgresServer, poolSize: Int = 10) throws {
        self.server = server
        program = try Peer.pgbouncer.require()
        folder = try ServerUser.makeFolder("pgb")
        watcher = try EndWatcher(
            "folder=$1; [ ! -e \"$folder/pid\" ] || kill -TERM \"$(cat \"$folder/pid\")\"; rm -rf \"$folder\"", [folder])
        let configuration = """
            [databases]
            * = host=\(server.folder) port=\(server.port)
            [pgbouncer]
            listen_addr =
            listen_port = \(Self.port)
            unix_socket_dir = \(folder)
            auth_type = trust
            auth_file = \(folder)/users
            admin_users = postgres
            pool_mode = transaction
            default_pool_size = \(poolSize)
            max_client_conn = 2000
            server_login_retry = 1
            server_idle_timeout = 10
            logfile = \(folder)/log
            pidfile = \(folder)/pid

            """
        try Self.write(configuration, to: "\(folder)/configuration")
        try Self.write("\"\(PostgresServer.role)\" \"\"\n\"postgres\" \"\"\n", to: "\(folder)/users")
        try start()
    }

    /// By the socket, as `PostgresServer.role`.
    package func url(database: String) -> String {
        "postgres://\(PostgresServer.role)@\(PostgresServer.escaped(folder)):\(Self.port)/\(database)"
    }

    /// Runs SQL through the pooler as the superuser; the database `pgbouncer` is its console.
    @discardableResult
    package func psql(_ sql: String, database: String) throws -> String {
        return try FinishedProcess(
            server.psqlPath,
            ["-qXAt", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", "\(Self.port)", "-U", "postgres", "-d", database, "-f", "-"],
            environment: ServerUser.environment, input: sql
        ).succeeded().trimmingCharacters(in: .newlines)
    }

    /// Ends it at once, with every client's connection, and returns once its process is gone.
    package func stop() throws {
        guard let pid else { return }
        kill(pid, SIGTERM)
        // It removes the file with its id as the last thing.
        try wait("the end of PgBouncer") { self.pid == nil }
    }

    /// Starts a stopped one on the same socket.
    package func start() throws {
        try ServerUser.runLeaving([program, "--quiet", "--daemon", "\(folder)/configuration"])
        try wait("PgBouncer") { (try? psql("SHOW VERSION", database: "pgbouncer")) != nil }
    }

    private var pid: Int32? {
        (try? String(contentsOfFile: "\(folder)/pid", encoding: .utf8)).flatMap {
            Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private func wait(_ what: String, for condition: () -> Bool) throws {
        let end = ContinuousClock.now + .seconds(10)
        while !condition() {
            guard ContinuousClock.now < end else {
                throw EndToEndError("waited in vain for \(what)\n\((try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "")")
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// For the server's user to read.
    private static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    }
}
