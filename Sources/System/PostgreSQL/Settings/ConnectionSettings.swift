import Glibc
import Values

/// How to reach the server: a connection URI or keyword string of libpq (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING),
/// checked, with what the environment adds to it.
///
/// Refused is what would change its meaning unseen or send secrets to whoever answers: service files, start-up `options`, replication,
/// and off loopback and Unix sockets anything weaker than `sslmode=verify-full`, which is the default there. Without `sslrootcert` (or
/// PGSSLROOTCERT) the certificates of the system are trusted, not `~/.postgresql/root.crt`.
package struct ConnectionSettings: Sendable {
    /// The servers, in the order in which they are tried; never empty.
    let servers: [ServerAddress]
    /// Whether a session on a standby will do: `target_session_attrs`, `read-write` unless given.
    package let sessionKind: String
    /// The time for each address that the address of the server itself asks for (`connect_timeout`).
    let connectTimeout: Duration?
    /// What libpq is given beside the server; holds the password.
    let parameters: [String: String]
    package let user: String
    package let database: String

    /// Names, addresses, or folders of Unix sockets; empty for the default folder of this libpq.
    package var hosts: [String] { servers.map { $0.host.isEmpty ? $0.address : $0.host } }

    /// Whether every server is reached through loopback or a Unix socket.
    package var isLocal: Bool { servers.allSatisfy(\.isLocal) }

    /// Reads the text and the environment of the process: `PGHOST` and the like stand for what the text does not say.
    ///
    /// Throws `settings` with what is wrong; neither the text nor any part of it stands in the message, since a password with an
    /// unescaped `@`, `/` or space can be read as any part.
    package init(_ text: String) throws(PostgresError) {
        try self.init(text) { name in
            guard let value = unsafe getenv(name) else { return nil }
            return unsafe String(cString: value)
        }
    }

    /// - Parameter environment: the value of an environment variable; nil where it is not set.
    package init(_ text: String, environment: (String) -> String?) throws(PostgresError) {
        try Self.checkSpelling(text)
        let given = try GivenOptions(text, environment: environment)
        try Self.refuseOptions(given)
        servers = try ServerAddress.list(given)
        sessionKind = given["target_session_attrs"] ?? "read-write"
        connectTimeout = try Self.connectTimeout(given)
        user = given["user"] ?? GivenOptions.systemUser ?? ""
        guard !user.isEmpty else { throw .settings("names no user") }
        database = given["dbname"] ?? user
        var parameters = given.values
        for name in ["host", "hostaddr", "port", "connect_timeout", "target_session_attrs", "requiressl"] { parameters[name] = nil }
        for (name, value) in Self.fixed { parameters[name] = value }
        parameters["user"] = user
        parameters["dbname"] = database
        try Self.secure(&parameters, servers, given)
        self.parameters = parameters
    }

    /// What every connection has. Nothing is asked of the server at start-up but what PgBouncer passes on: no `options`.
    ///
    /// A peer that is gone is noticed after 5 + 2 × 2 s without, and 5 s with, data under way.
    private static let fixed = [
        "client_encoding": "UTF8", "gssencmode": "disable", "keepalives": "1", "keepalives_idle": "5", "keepalives_interval": "2",
        "keepalives_count": "2", "tcp_user_timeout": "5000",
    ]
}

extension ConnectionSettings: CustomStringConvertible, CustomReflectable {
    /// The same address without the password or any parameter: `postgres://user@host:port/database`.
    package var description: String {
        "postgres://\(PercentEncoding.encode(user))@\(servers.map(\.description).joined(separator: ","))/\(PercentEncoding.encode(database))"
    }

    /// Shows nothing: `dump` and failed expectations would print the password.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension PostgresError {
    /// The address of the server says or lacks something: the subject of the sentence is "the address of the database".
    static func settings(_ predicate: String) -> PostgresError {
        PostgresError(.settings, "the address of the database \(predicate)")
    }
}
