import Spec
import Store
import Synchronization
import Testing
import Values

@testable import IntegrationRuntime

struct ConnectionRefresherTests {
    func connected(_ world: OAuthWorld) async throws -> ConnectionRecord {
        try await world.connect(try await world.integration())
    }

    func tokens(_ world: OAuthWorld, _ id: ConnectionID) async throws -> ConnectionTokens? {
        try await world.store.read { try $0.connectionTokens(id) }
    }

    @Test func `C1: a new refresh token replaces the old one, and a missing one keeps it`() async throws {
        let world = try OAuthWorld { _, count in .tokens(count + 1, rotates: count < 2) }
        try await world.run {
            let connection = try await connected(world)
            let second = try await world.refresher.refresh(connection.id)
            #expect(second.generation == 2)
            #expect(try await tokens(world, connection.id) == ConnectionTokens(access: Secret("access-2"), refresh: Secret("refresh-2")))
            _ = try await world.refresher.refresh(connection.id)
            #expect(try await tokens(world, connection.id) == ConnectionTokens(access: Secret("access-3"), refresh: Secret("refresh-2")))
            #expect(world.provider.requests.map { $0.form["refresh_token"] } == [nil, "refresh-1", "refresh-2"])
        }
    }

    @Test func `C2: fifty callers share one call`() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let world = try OAuthWorld { _, count in
            if count == 1 { for await _ in gate { break } }
            return .tokens(count + 1)
        }
        try await world.run {
            let connection = try await connected(world)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await world.refresher.refresh(connection.id).generation } }
                group.addTask {
                    while world.refresher.passengers(of: connection.id) < 50 { await Task.yield() }
                    opening.finish()
                    return 2
                }
                for try await generation in group { #expect(generation == 2) }
            }
            #expect(world.provider.requests.count == 2)
        }
    }

    @Test func `C2: two processes share one call through the lease`() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let world = try OAuthWorld { _, count in
            if count == 1 { for await _ in gate { break } }
            return .tokens(count + 1)
        }
        let other = try Store(at: world.store.location, keyring: world.store.keyring)
        let elsewhere = ConnectionRefresher(
            store: other, sender: world.provider, work: world.work, now: { world.now }, wait: { opening.finish() })
        try await world.run {
            let connection = try await connected(world)
            async let mine = world.refresher.refresh(connection.id)
            while world.provider.requests.count < 2 { await Task.yield() }
            // It finds the lease taken, waits, and by that opens the gate for the call under way.
            async let theirs = elsewhere.refresh(connection.id)
            #expect(try await (mine.generation, theirs.generation) == (2, 2))
            #expect(world.provider.requests.count == 2)
        }
    }

    @Test func `C3: a call whose caller went away is finished and stored`() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let world = try OAuthWorld { _, count in
            if count == 1 { for await _ in gate { break } }
            return .tokens(count + 1)
        }
        try await world.run {
            let connection = try await connected(world)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await world.refresher.refresh(connection.id) }
                while world.provider.requests.count < 2 { await Task.yield() }
                group.cancelAll()
                opening.finish()
            }
            #expect(try await tokens(world, connection.id)?.refresh == Secret("refresh-2"))
        }
    }

    @Test func `C3: a lease that a dead process left is taken over, and a spent token is reported as interrupted`() async throws {
        let world = try OAuthWorld { _, count in
            count == 0 ? .tokens(1) : .json(["error": "invalid_grant"], status: 400)
        }
        try await world.run {
            let connection = try await connected(world)
            let now = world.now
            _ = try await world.store.write { try $0.claimRefresh(of: connection, lease: "dead", until: now + .seconds(60), at: now) }
            world.clock.advance(.seconds(61))
            let error = await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
            #expect(error?.code == .needsReauthorization)
            let record = try await world.store.read { try $0.connection(connection.id) }
            #expect(record?.errorCode == "refresh_interrupted")
            #expect(record?.status == .needsReauthorization)
        }
    }

    @Test(arguments: [429, 500, 503])
    func `C4: a passing fault never fails a connection, however often it comes`(status: Int) async throws {
        let world = try OAuthWorld { _, count in count == 0 ? .tokens(1) : ProviderResponse(status: status) }
        try await world.run {
            let connection = try await connected(world)
            for _ in 0..<12 {
                let error = await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
                #expect(error?.code == .providerUnavailable)
            }
            let record = try await world.store.read { try $0.connection(connection.id) }
            #expect(record?.status == .degraded)
            #expect(record?.failures == 12)
            #expect((record?.dueAt).map { $0 > world.now } == true)
            world.provider.answer { _, _ in .tokens(2) }
            #expect(try await world.refresher.refresh(connection.id).status == .active)
        }
    }

    @Test func `C4: a refused client blames the integration, and the next success clears it`() async throws {
        let world = try OAuthWorld { _, count in count == 0 ? .tokens(1) : .json(["error": "invalid_client"], status: 401) }
        try await world.run {
            let connection = try await connected(world)
            let error = await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
            #expect(error?.code == .clientRejected)
            #expect(try await world.store.read { try $0.integration(connection.integrationID) }?.statusText == "ERROR")
            #expect(try await world.store.read { try $0.connection(connection.id) }?.status == .degraded)
            world.provider.answer { _, _ in .tokens(2) }
            _ = try await world.refresher.refresh(connection.id)
            #expect(try await world.store.read { try $0.integration(connection.integrationID) }?.statusText == "ACTIVE")
        }
    }

    @Test func `B11: refusals without a reason end a connection only when they go on`() async throws {
        let world = try OAuthWorld { _, count in count == 0 ? .tokens(1) : ProviderResponse(status: 400) }
        try await world.run {
            let connection = try await connected(world)
            var statuses: [ConnectionRecord.Status?] = []
            for _ in 0..<3 {
                _ = try? await world.refresher.refresh(connection.id)
                statuses.append(try await world.store.read { try $0.connection(connection.id) }?.status)
            }
            #expect(statuses == [.degraded, .degraded, .needsReauthorization])
        }
    }

    @Test func `C5: an invalid_grant that a new authorisation overtook is not believed`() async throws {
        let world = try OAuthWorld()
        world.provider.answer { _, count in
            guard count == 1 else { return .tokens(count + 1) }
            // While the provider answers, a person authorises again.
            let grant = Grant(
                tokens: ConnectionTokens(access: Secret("new"), refresh: Secret("new-r")), tokenType: "Bearer", scopes: ["read"],
                metadata: [:],
                expiresAt: nil, dueAt: nil)
            let now = world.now
            _ = try? await world.store.write { writing in
                for record in try writing.connections(workspace: nil, integration: nil, after: nil, limit: 9) {
                    _ = try writing.reauthorizeConnection(record.id, grant: grant, region: nil, at: now)
                }
            }
            return .json(["error": "invalid_grant"], status: 400)
        }
        try await world.run {
            let connection = try await connected(world)
            let record = try await world.refresher.refresh(connection.id)
            #expect(record.status == .active)
            #expect(record.generation == 2)
            #expect(try await tokens(world, connection.id)?.access == Secret("new"))
        }
    }

    @Test func `C6: an ambiguous result is not repeated where reuse would kill the family`() async throws {
        let world = try OAuthWorld()
        world.provider.answer { (_, count) throws(ProviderCallError) in
            guard count > 0 else { return .tokens(1) }
            throw ProviderCallError(mayHaveArrived: true, message: "timed out")
        }
        try await world.run {
            let connection = try await connected(world)
            await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
            #expect(world.provider.requests.count == 2)
        }
    }

    @Test func `a connection without a refresh token is told from one that failed`() async throws {
        let world = try OAuthWorld { _, _ in .tokens(1, rotates: false) }
        try await world.run {
            let connection = try await connected(world)
            let error = await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
            #expect(error?.code == .notRefreshable)
            #expect(world.provider.requests.count == 1)
        }
    }

    @Test func `D1: tokens that arrive for a deleted connection are revoked`() async throws {
        let world = try OAuthWorld()
        world.provider.answer { request, count in
            if count == 1 {
                let now = world.now
                _ = try? await world.store.write { writing in
                    for record in try writing.connections(workspace: nil, integration: nil, after: nil, limit: 9) {
                        _ = try writing.deleteConnection(record.id, at: now)
                    }
                }
            }
            return request.url.hasSuffix("revoke") ? ProviderResponse(status: 200) : .tokens(count + 1)
        }
        try await world.run {
            let connection = try await connected(world)
            let error = await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
            #expect(error?.code == .connectionNotFound)
            try await world.keeper.round()
            let revoked = world.provider.requests.filter { $0.url.hasSuffix("revoke") }.compactMap { $0.form["token"] }
            #expect(revoked == ["refresh-1", "access-1", "refresh-2", "access-2"])
        }
    }

    @Test(arguments: [(503, 1), (429, 1), (200, 0), (400, 0)])
    func `D1: a revocation is repeated where the provider asks for it`(status: Int, left: Int) async throws {
        let world = try OAuthWorld { _, count in count == 0 ? .tokens(1) : ProviderResponse(status: status) }
        try await world.run {
            let connection = try await connected(world)
            let now = world.now
            _ = try await world.store.write { try $0.deleteConnection(connection.id, at: now) }
            try await world.keeper.round()
            #expect(try await world.store.read { try $0.revocations(of: connection.id) }.count == left)
            try await world.keeper.round()
            world.clock.advance(.seconds(3 * 86_400))
            world.provider.answer { _, _ in ProviderResponse(status: 200) }
            try await world.keeper.round()
            #expect(try await world.store.read { try $0.revocations(of: connection.id) }.isEmpty)
        }
    }

    @Test func `the keeper renews what is due and nothing else`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let connection = try await connected(world)
            try await world.keeper.round()
            #expect(world.provider.requests.count == 1)
            world.clock.advance(.seconds(3240))
            try await world.keeper.round()
            #expect(world.provider.requests.count == 2)
            try await world.keeper.round()
            #expect(world.provider.requests.count == 2)
            #expect(try await world.store.read { try $0.connection(connection.id) }?.refreshedAt == world.now)
        }
    }

    @Test func `the connections of an INACTIVE integration are not renewed, and are again once it is ACTIVE`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let connection = try await connected(world)
            func set(_ status: IntegrationSpec.Status) async throws {
                var spec = OAuthWorld.spec()
                spec.status = status
                let (changed, now) = (spec, world.now)
                _ = try await world.store.write { try $0.updateIntegration(connection.integrationID, spec: changed, by: "test", at: now) }
            }
            try await set(.inactive)
            world.clock.advance(.seconds(3 * 86_400))
            try await world.keeper.round()
            #expect(world.provider.requests.count == 1)
            // Nothing to wake up for either.
            #expect(try await world.store.read { try $0.nextConnectionDue() } == nil)
            try await set(.active)
            try await world.keeper.round()
            #expect(world.provider.requests.count == 2)
            #expect(try await world.store.read { try $0.connection(connection.id) }?.refreshedAt == world.now)
        }
    }

    @Test(arguments: [
        ("0", 60, true), ("0.9", 60, true), ("1e300", 7 * 86_400, false), ("\"0\"", 60, true), ("\"3600\"", 3240, false),
        ("20", 60, false),
    ])
    func `a token that is dead on arrival is renewed once a minute and warned of once`(life: String, pause: Int, isDead: Bool) async throws
    {
        let world = try OAuthWorld { (_, count) throws(ProviderCallError) in
            let text = #"{"access_token":"a\#(count)","refresh_token":"r\#(count)","token_type":"bearer","expires_in":\#(life)}"#
            return ProviderResponse(status: 200, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
        }
        try await world.run {
            let connection = try await connected(world)
            for round in 1...3 {
                world.clock.advance(.seconds(min(pause, 3240) - 1))
                try await world.keeper.round()
                #expect(world.provider.requests.count == round)
                world.clock.advance(pause > 3240 ? .seconds(12 * 366 * 86_400) : .seconds(1))
                try await world.keeper.round()
                #expect(world.provider.requests.count == round + 1)
            }
            let logs = try await world.store.read {
                try $0.logs(ofIntegration: connection.integrationID, workspace: nil, before: nil, limit: 100)
            }
            #expect(logs.count { $0.action == "oauth.token_dead" } == (isDead ? 1 : 0))
        }
    }

    @Test(arguments: ["-1", "-1e300", "1e400", "true", "\"soon\"", "[]"])
    func `an expires_in that is no number of seconds fails the call and nothing else`(life: String) async throws {
        let world = try OAuthWorld { (_, count) throws(ProviderCallError) in
            guard count > 0 else { return .tokens(1) }
            let text = #"{"access_token":"a","token_type":"bearer","expires_in":\#(life)}"#
            return ProviderResponse(status: 200, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
        }
        try await world.run {
            let connection = try await connected(world)
            let error = await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
            #expect(error?.code == .providerUnavailable)
            #expect(try await tokens(world, connection.id)?.refresh == Secret("refresh-1"))
        }
    }

    @Test func `what is handed over after the end is refused`() async throws {
        let world = try OAuthWorld()
        let connection = try await world.run { try await connected(world) }
        let error = await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
        #expect(error?.code == .stopping)
    }
}
