import Foundation

/// A program that the end-to-end tests talk to and that this package does not build; `Scripts/install-peers` brings them.
package struct Peer: Sendable {
    package let name: String
    /// Nil where it is not installed.
    package let path: String?

    /// Whether tests that need it are to run: on a desk a missing one is skipped, in CI it is a failure.
    package var isExpected: Bool { path != nil || Self.isContinuousIntegration }
    package var absence: String { "\(name) is not installed: run Scripts/install-peers" }

    /// The path, or a failure that says how to install it.
    package func require() throws -> String {
        guard let path else { throw EndToEndError(absence) }
        return path
    }

    package static let nginx = Peer(name: "nginx", path: find("nginx"))
    package static let caddy = Peer(name: "Caddy", path: find("caddy"))
    package static let haproxy = Peer(name: "HAProxy", path: find("haproxy"))
    package static let node = Peer(name: "Node.js", path: find("node"))
    package static let git = Peer(name: "git", path: find("git"))
    package static let sqlite = Peer(name: "sqlite3", path: find("sqlite3"))
    package static let glewlwyd = Peer(name: "glewlwyd", path: find("glewlwyd"))
    /// The server's program, beside which `initdb`, `pg_ctl` and `psql` lie: Debian has a folder a version, outside PATH.
    package static let postgres = Peer(name: "PostgreSQL", path: newestPostgres ?? find("postgres"))
    package static let pgbouncer = Peer(name: "PgBouncer", path: find("pgbouncer"))
    /// Shows the system calls of a program.
    package static let strace = Peer(name: "strace", path: find("strace"))
    /// Gives a program a terminal; part of every Debian.
    package static let script = Peer(name: "script", path: find("script"))
    /// The interpreter that has jsonschema, PyYAML, schemathesis and standardwebhooks.
    package static let python = Peer(name: "the Python of .build/peers", path: executable("\(packageRoot)/.build/peers/bin/python"))

    package static var isContinuousIntegration: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    private static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/local/bin", "/usr/bin", "/usr/sbin"]).lazy.compactMap { executable("\($0)/\(name)") }.first
    }

    private static var newestPostgres: String? {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }
        return versions.sorted(by: >).lazy.compactMap { executable("\(root)/\($0)/bin/postgres") }.first
    }

    private static func executable(_ path: String) -> String? {
        FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }
}
