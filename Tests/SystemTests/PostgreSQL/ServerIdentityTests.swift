import Foundation
import Glibc
import PostgreSQL
import TestSupport
import Testing

/// A server with a certificate for `localhost` of an authority of the tests' own.
@Suite(.enabled(if: Peer.postgres.isExpected, Comment(rawValue: Peer.postgres.absence)))
struct ServerIdentityTests {
    private let folder = TemporaryFolder("tls")
    private let server: PostgresServer

    init() throws {
        let (certificate, key) = (folder.file("server.crt"), folder.file("server.key"))
        try FinishedProcess(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
            ]
        ).succeeded()
        if getuid() == 0 {
            try FileManager.default.setAttributes([.ownerAccountName: "postgres", .posixPermissions: 0o600], ofItemAtPath: key)
        }
        for path in [folder.path, certificate] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        server = try PostgresServer(settings: ["ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": key])
    }

    private func url(_ host: String, _ parameters: String) -> String {
        server.passwordURL(database: "postgres").replacing("@127.0.0.1", with: "@\(host)") + "?\(parameters)"
    }

    @Test func `a certificate of a known authority for that name is accepted, and large values pass`() throws {
        let connection = try connect(url("localhost", "sslmode=verify-full&sslrootcert=\(folder.file("server.crt"))"))
        #expect(
            try connection.run("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").rows?.int(row: 0, column: 0) == 1)
        let value = [UInt8](repeating: 9, count: 50_000)
        let results = try connection.exchange(
            [Message](repeating: .run(sql: "SELECT $1", [.bytes(value)]), count: 400), timeout: .seconds(30))
        #expect(results.allSatisfy { $0.rows?.byteCount(row: 0, column: 0) == value.count })
    }

    @Test func `a certificate for another name, or of an authority that is not known, is refused`() throws {
        let other = failure { () throws(PostgresError) in
            try ServerConnection(
                ConnectionSettings(url("127.0.0.1", "sslmode=verify-full&sslrootcert=\(folder.file("server.crt"))")),
                applicationName: "tests")
        }
        #expect(other?.code == .connectionFailed)
        // Without sslrootcert the authorities of the system are asked.
        let unknown = failure { () throws(PostgresError) in
            try ServerConnection(ConnectionSettings(url("localhost", "sslmode=verify-full")), applicationName: "tests")
        }
        #expect(unknown?.code == .connectionFailed)
        #expect(unknown?.message.contains("certificate verify failed") == true)
    }

    @Test func `a session that ends and one that falls silent are noticed through TLS too`() throws {
        let parameters = "sslmode=require"
        let ended = try connect(url("localhost", parameters))
        try server.terminateBackend(ended.backendPID)
        #expect(failure { () throws(PostgresError) in try ended.run("SELECT 1") }?.sqlState == "57P01")
        let silent = try connect(url("localhost", parameters))
        let pid = silent.backendPID
        try #require(kill(pid, SIGSTOP) == 0)
        defer { kill(pid, SIGCONT) }
        #expect(failure { () throws(PostgresError) in try silent.run("SELECT 1", timeout: .milliseconds(300)) }?.code == .timedOut)
    }
}
