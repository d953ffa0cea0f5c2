import Foundation
import GRDB
import Spec
import TestSupport
import Testing
import Values

@testable import Store

struct KeyCanaryTests {
    let folder = TemporaryFolder()
    var path: String { folder.state.location }

    /// Opens the state, does what is asked and closes it.
    private func open(
        _ keyring: Keyring?, _ body: @Sendable @escaping (Writing) throws -> Void = { _ in }
    ) async throws {
        let store = try Store(state: path, keyring: keyring)
        defer { store.close() }
        try await store.write(body)
    }

    private func rotate(to current: Character, from previous: Character) async throws -> Int {
        let store = try Store(state: path, keyring: try Keyring(current, previous: previous))
        defer { store.close() }
        return try await store.rotateSecrets()
    }

    private func refusal(_ keyring: Keyring) async -> StoreError? {
        await #expect(throws: StoreError.self) { try await open(keyring) }
    }

    @Test func `the first key is remembered, and another is refused before anything is written`() async throws {
        try await open(try Keyring("a"))
        let error = await refusal(try Keyring("b"))
        #expect(error?.code == .sealed)
        #expect(error?.message.contains("ENCRYPTION_KEY is not the key") == true)
        #expect(error?.message.contains("secrets rotate") == true)
        try await open(try Keyring("a"))
        // Who brings no key needs none.
        try await open(nil)
    }

    @Test func `the previous key fits until the rotation, the new one alone after it`() async throws {
        try await open(try Keyring("a"))
        try await open(try Keyring("b", previous: "a"))
        try await open(try Keyring("a"))
        #expect(await refusal(try Keyring("b"))?.code == .sealed)
        #expect(try await rotate(to: "b", from: "a") == 0)
        try await open(try Keyring("b"))
        #expect(await refusal(try Keyring("a"))?.code == .sealed)
        // The way back.
        _ = try await rotate(to: "a", from: "b")
        try await open(try Keyring("a"))
    }

    @Test func `in a state from before, a key that opens a secret is remembered and one that opens none refused`() async throws {
        try await open(try Keyring("a")) {
            try $0.setSecret(Secret("v"), of: "wh_1", field: "secret", at: Timestamp(milliseconds: 0))
            try $0.db.run("UPDATE state SET canary = NULL", [])
        }
        #expect(await refusal(try Keyring("b"))?.code == .sealed)
        // Only the previous key opens it: nothing is remembered that would lock that key out.
        try await open(try Keyring("b", previous: "a"))
        try await open(try Keyring("a"))
        #expect(await refusal(try Keyring("b"))?.code == .sealed)
        try await open(nil) {
            let canary = try $0.canary()
            #expect(canary != nil)
        }
    }

    @Test func `in a state from before, what a connection has left to revoke tells the key as a secret does`() async throws {
        let revocation = Revocation(
            workspace: "acme", connectionID: ConnectionID(at: Timestamp(milliseconds: 0)), url: "https://provider.example/revoke",
            clientID: "client", clientSecret: nil, authMethod: .post,
            tokens: ConnectionTokens(access: Secret("access"), refresh: nil))
        try await open(try Keyring("a")) {
            try $0.insertRevocation(revocation, at: Timestamp(milliseconds: 0))
            try $0.db.run("UPDATE state SET canary = NULL", [])
        }
        #expect(await refusal(try Keyring("b"))?.code == .sealed)
        try await open(try Keyring("b", previous: "a"))
        try await open(nil) { writing in
            let canary = try writing.canary()
            #expect(canary == nil)
        }
        try await open(try Keyring("a"))
        try await open(nil) { writing in
            let canary = try writing.canary()
            #expect(canary != nil)
        }
    }

    @Test(.enabled(if: TestState.isFile, "no state on PostgreSQL is older than the canary"))
    func `a state of the first schema is migrated and remembers the first key`() async throws {
        let store = try Store(state: path, keyring: nil)
        try await store.pool.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    DROP TABLE copies; DROP TABLE leases; DROP TABLE writers; DROP INDEX oauth_states_by_integration;
                    DROP INDEX deliveries_exhausted;
                    ALTER TABLE limit_windows DROP COLUMN given; ALTER TABLE state DROP COLUMN canary; PRAGMA user_version = 4
                    """)
        }
        store.close()
        try await open(try Keyring("a"))
        #expect(await refusal(try Keyring("b"))?.code == .sealed)
    }

    @Test func `a key that was rotated away by another process no longer fits`() async throws {
        let running = try Store(state: path, keyring: try Keyring("a"))
        try await running.checkKey()
        _ = try await rotate(to: "b", from: "a")
        let error = await #expect(throws: StoreError.self) { try await running.checkKey() }
        #expect(error?.code == .sealed)
    }

    @Test func `who runs on with a key that was rotated away seals nothing any more, and writes what needs no key`() async throws {
        let running = try Store(state: path, keyring: try Keyring("a"))
        defer { running.close() }
        let (now, integration) = (Timestamp(milliseconds: 1), IntegrationID(at: Timestamp(milliseconds: 1)))
        let spec = IntegrationSpec(
            name: "Example", type: .custom, provider: "custom", scopes: [], config: .init(tokenUrl: "https://as.example/token"))
        try await running.write { writing in
            try writing.setSecret(Secret("v"), of: "wh_1", field: "secret", at: now)
            _ = try writing.insertIntegration(id: integration, workspace: "acme", name: "example", spec: spec, by: "test", at: now)
        }
        #expect(try await rotate(to: "b", from: "a") == 1)
        let tokens = ConnectionTokens(access: Secret("access"), refresh: Secret("refresh"))
        let writes: [@Sendable (Writing) throws -> Void] = [
            { try $0.setSecret(Secret("w"), of: "wh_1", field: "secret", at: now) },
            {
                _ = try $0.insertConnection(
                    id: ConnectionID(at: now), workspace: "acme", integration: integration,
                    grant: Grant(tokens: tokens, tokenType: "Bearer", scopes: [], metadata: [:], expiresAt: nil, dueAt: nil), region: nil,
                    by: "test", at: now)
            },
            {
                try $0.insertRevocation(
                    Revocation(
                        workspace: "acme", connectionID: ConnectionID(at: now), url: "https://as.example/revoke", clientID: "c",
                        clientSecret: nil, authMethod: .none, tokens: tokens), at: now)
            },
            {
                try $0.insertOAuthState(
                    OAuthStateRecord(
                        hash: [1], workspace: "acme", integrationID: integration, connectionID: nil, redirectURI: "https://a.example",
                        returnURL: nil, scopes: [], verifier: Secret("verifier"), isBrowserBound: false, createdBy: "test", createdAt: now))
            },
        ]
        for (number, write) in writes.enumerated() {
            let error = await #expect(throws: StoreError.self, "\(number)") { try await running.sharedWrite(write) }
            #expect(error?.code == .sealed, "\(number)")
            #expect(error?.message.contains("restart it with the new key") == true, "\(number)")
        }
        _ = try await running.write { try $0.advanceSerial() }
        // Who has both keys seals under the new one, before and after a rotation.
        let both = try Store(state: path, keyring: try Keyring("b", previous: "a"))
        defer { both.close() }
        try await both.write { try $0.setSecret(Secret("w"), of: "wh_1", field: "secret", at: now) }
        #expect(try await both.read { try $0.secrets(of: "wh_1") } == ["secret": Secret("w")])
    }

    @Test func `of two first keys at once one is remembered and the other refused`() async throws {
        try await open(nil)
        let path = path
        let keyrings = try (0..<8).map { try Keyring($0.isMultiple(of: 2) ? "a" : "b") }
        let opened = await withTaskGroup(of: Int?.self) { group in
            for (number, keyring) in keyrings.enumerated() {
                group.addTask {
                    do {
                        try Store(state: path, keyring: keyring).close()
                        return number % 2
                    } catch {
                        return nil
                    }
                }
            }
            return await group.reduce(into: Set<Int>()) { if let key = $1 { $0.insert(key) } }
        }
        #expect(opened.count == 1)
    }
}
