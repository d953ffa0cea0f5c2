import Foundation

/// A hot standby of a server of this process, which follows it and takes no writes; gone with the process or the value.
package final class PostgresStandby: Sendable {
    /// Has the socket, `log` and `data`.
    package let folder: String
    package let port: Int
    private let watcher: EndWatcher

    /// Copies the primary and returns once the copy takes connections.
    package init(of primary: PostgresServer) throws {
        let programs = URL(fileURLWithPath: try Peer.postgres.require()).deletingLastPathComponent().path
        folder = try ServerUser.makeFolder("pgs")
        port = primary.port
        watcher = try EndWatcher(
            "folder=$1; shift; [ ! -e \"$folder/data/postmaster.pid\" ] || \"$@\"; rm -rf \"$folder\"",
            [folder] + ServerUser.command + ["\(programs)/pg_ctl", "-D", "\(folder)/data", "stop", "-m", "immediate"])
        try ServerUser.run([
            "\(programs)/pg_basebackup", "-D", "\(folder)/data", "-h", primary.folder, "-p", "\(port)", "-U", "postgres", "-R", "-c",
            "fast",
            "--no-sync",
        ])
        // Sockets alone: the port of 127.0.0.1 is the primary's.
        try ServerUser.runLeaving([
            "\(programs)/pg_ctl", "-D", "\(folder)/data", "-w", "-l", "\(folder)/log", "-o", "-p \(port) -k \(folder) -h ''", "start",
        ])
    }

    /// By the socket, as `PostgresServer.role`.
    package func url(database: String) -> String {
        "postgres://\(PostgresServer.role)@\(PostgresServer.escaped(folder)):\(port)/\(database)"
    }
}
