import TestSupport
import Testing
import Values

@testable import Store

/// How many connections a command costs: each is a TLS handshake, a process of the server's and the settings of a session.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct ConnectionCountTests {
    private let keyring: Keyring
    private let proxy: NetworkProxy
    private let database: String
    private let state: String

    init() async throws {
        let server = try PostgresServer.shared
        database = try server.database()
        keyring = try Keyring("a")
        proxy = try await NetworkProxy.start(to: .port(server.port))
        state = server.passwordURL(database: database, port: proxy.port)
    }

    @Test func `who opens a state and only reads has one connection, and one more who writes`() async throws {
        // Makes the tables and remembers the key, which is a write.
        try Store(state: state, keyring: keyring).close()
        #expect(proxy.connections == 2)

        let reader = try Store(state: state, mode: .existing, keyring: keyring)
        for _ in 0..<20 { _ = try await reader.read { try $0.stateSerial() } }
        #expect(proxy.connections == 3)
        reader.close()

        let writer = try Store(state: state, mode: .existing, keyring: keyring)
        for _ in 0..<20 {
            _ = try await writer.read { try $0.stateSerial() }
            try await writer.write { _ = try $0.advanceSerial() }
        }
        #expect(proxy.connections == 5)
        writer.close()
        await proxy.stop()
    }

    @Test func `a state that is refused keeps no connection`() async throws {
        let error = #expect(throws: StoreError.self) { try Store(state: state, mode: .existing, keyring: keyring) }
        #expect(error?.code == .missing)
        try Store(state: state, keyring: keyring).close()
        let other = try Keyring("b")
        #expect(throws: StoreError.self) { try Store(state: state, keyring: other) }
        _ = try await eventually("the end of all sessions") { try PostgresServer.shared.backends(of: database).isEmpty ? true : nil }
        await proxy.stop()
    }
}
