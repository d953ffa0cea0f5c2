import Foundation
import Spec
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// The whole flow against a server that somebody else wrote.
@Suite(.enabled(if: Peer.glewlwyd.isExpected, Comment(rawValue: Peer.glewlwyd.absence)))
struct GlewlwydTests {
    @Test func `connect, refresh sixteen times at once, delete`() async throws {
        let server = try await Glewlwyd()
        let folder = TemporaryFolder()
        let store = try Store(state: folder.state.location, keyring: Keyring(current: Secret(String(repeating: "k", count: 32))))
        let work = UnbrokenWork()
        let now: @Sendable () -> Timestamp = { .now }
        let flow = OAuthFlow(store: store, sender: server.client, work: work, now: now)
        let revoker = Revoker(store: store, sender: server.client, now: now)
        // Two refreshers with a store each stand for two processes.
        let second = try Store(at: store.location, keyring: store.keyring)
        let refreshers = [store, second].map { ConnectionRefresher(store: $0, sender: server.client, work: work, now: now) }

        let integration = try await store.write { writing in
            let record = try writing.insertIntegration(
                id: IntegrationID(at: .now), workspace: "acme", name: "glewlwyd",
                spec: IntegrationSpec(
                    name: "Glewlwyd", type: .custom, provider: "custom", scopes: ["read"], redirectUris: [Glewlwyd.redirectURI],
                    config: .init(
                        authorizationUrl: "\(server.base)/api/oidc/auth", tokenUrl: "\(server.base)/api/oidc/token",
                        revocationUrl: "\(server.base)/api/oidc/revoke", tokenAuthMethod: .basicRaw, clientId: .text(Glewlwyd.clientID),
                        clientSecret: .stored)), by: "test", at: .now)
            try writing.setSecret(Secret(Glewlwyd.clientSecret), of: record.id.text, field: "config.clientSecret", at: .now)
            return record
        }

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await work.run() }
            let start = OAuthFlow.Start(workspace: "acme", actor: "alice", redirectURI: Glewlwyd.redirectURI)

            // A code that is redeemed with another verifier is refused by the server, and nothing is connected.
            let stolen = try await server.authorize(try await flow.initiate(integration, start).authorizationURL)
            let victim = try await flow.initiate(integration, start)
            let mixed = try await flow.callback(
                stolen.filter { $0.0 == "code" } + [("state", victim.state.reveal())], cookie: { _ in nil }, isSecure: false)
            let refusal = #expect(throws: OAuthError.self) { try mixed.result.get() }
            #expect(refusal?.code == .codeRejected)

            let started = try await flow.initiate(integration, start)
            let parameters = try await server.authorize(started.authorizationURL)
            let connection = try await flow.callback(parameters, cookie: { _ in nil }, isSecure: false).result.get()
            #expect(connection.status == .active)
            #expect(connection.scopes == ["read"])
            let first = try #require(try await store.read { try $0.connectionTokens(connection.id) }?.refresh)
            #expect(try await server.isActive(first, hint: "refresh_token"))

            for _ in 1...3 {
                let before = try #require(try await store.read { try $0.connection(connection.id) }).generation
                let generations = try await withThrowingTaskGroup(of: Int.self) { callers in
                    for number in 0..<16 {
                        callers.addTask { try await refreshers[number % 2].refresh(connection.id).generation }
                    }
                    return try await callers.reduce(into: Set<Int>()) { $0.insert($1) }
                }
                // Everybody gets tokens that are newer than those before, and sixteen callers are not sixteen renewals: one of a
                // process's callers calls, and the other process may come too late to join it.
                let after = try #require(try await store.read { try $0.connection(connection.id) }).generation
                #expect(generations.allSatisfy { $0 > before && $0 <= after }, "\(generations) between \(before) and \(after)")
                #expect(generations.contains(after))
                #expect(after - before <= 4, "\(after - before) renewals for sixteen callers at once")
            }
            let tokens = try #require(try await store.read { try $0.connectionTokens(connection.id) })
            let refresh = try #require(tokens.refresh)
            #expect(refresh != first)
            #expect(try await server.isActive(refresh, hint: "refresh_token"))
            #expect(try await server.isActive(tokens.access, hint: "access_token"))
            #expect(try await store.read { try $0.connection(connection.id) }?.status == .active)
            #expect(try await refreshers[0].refresh(connection.id).status == .active)

            let last = try #require(try await store.read { try $0.connectionTokens(connection.id) })
            let revocations = try await store.write { writing in
                _ = try writing.deleteConnection(connection.id, at: .now)
                return try writing.revocations(of: connection.id)
            }
            try await revoker.settle(revocations)
            #expect(!(try await server.isActive(try #require(last.refresh), hint: "refresh_token")))
            #expect(!(try await server.isActive(last.access, hint: "access_token")))
            #expect(try await store.read { try $0.revocations(of: connection.id) }.isEmpty)
            group.cancelAll()
        }
        try await server.stop()
    }
}
