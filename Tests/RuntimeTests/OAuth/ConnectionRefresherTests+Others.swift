import Spec
import Store
import Synchronization
import Testing
import Values

@testable import IntegrationRuntime

/// Refreshes that somebody else has been ahead of.
extension ConnectionRefresherTests {
    @Test func `two rounds that found the same connection due renew it once`() async throws {
        let world = try OAuthWorld()
        let elsewhere = ConnectionRefresher(store: world.store, sender: world.provider, work: world.work, now: { world.now })
        try await world.run {
            let connection = try await connected(world)
            world.clock.advance(.seconds(3240))
            let due = world.now
            #expect(try await world.store.read { try $0.dueConnections(at: due, limit: 64) } == [connection.id])
            _ = try await world.refresher.refresh(connection.id, ifDueAt: due)
            #expect(world.provider.requests.count == 2)
            #expect(try await elsewhere.refresh(connection.id, ifDueAt: due).generation == 2)
            #expect(world.provider.requests.count == 2)
            // Who asks for it gets it all the same.
            #expect(try await elsewhere.refresh(connection.id).generation == 3)
        }
    }

    @Test func `a refresh whose lease is lost leaves no mark on its integration`() async throws {
        let world = try OAuthWorld()
        let lost = Atomic<Bool>(true)
        world.provider.answer { _, count in
            guard count > 0, lost.exchange(false, ordering: .relaxed) else { return .tokens(count + 1) }
            let now = world.now
            _ = try? await world.store.write { writing in
                for record in try writing.connections(workspace: nil, integration: nil, after: nil, limit: 9) {
                    _ = try writing.deleteConnection(record.id, at: now)
                }
            }
            return ProviderResponse(
                status: 401, headers: [("Content-Type", "application/json")], body: Array(#"{"error":"invalid_client"}"#.utf8))
        }
        try await world.run {
            let connection = try await connected(world)
            let error = await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
            #expect(error?.code == .connectionNotFound)
            #expect(try await world.store.read { try $0.integration(connection.integrationID) }?.error == nil)
            let logs = try await world.store.read {
                try $0.logs(ofIntegration: connection.integrationID, workspace: nil, before: nil, limit: 100)
            }
            #expect(!logs.map(\.action).contains("oauth.refresh_failed"))
        }
    }
}
