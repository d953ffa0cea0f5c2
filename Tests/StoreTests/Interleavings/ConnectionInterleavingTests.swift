import TestSupport
import Testing
import Values

@testable import Store

/// Refreshes, revocations and flows beside each other and beside the end of what they belong to.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct ConnectionInterleavingTests {
    private let world: Interleaving

    init() throws { world = try Interleaving() }

    // MARK: Refreshing

    @Test func `of two that refresh a connection one gets it`() async throws {
        let connection = try await world.connection(of: world.integration())
        let (one, other) = (try await world.session(), try await world.session())
        let claim = { @Sendable (lease: String) in
            { @Sendable (writing: Writing) in
                try writing.claimRefresh(
                    of: connection, lease: lease, until: Interleaving.moment + .seconds(60), at: Interleaving.moment)
            }
        }
        #expect(try await one.run(claim("a")) != nil)
        let second = try await world.start(claim("b"), in: other, blockedBy: one)
        try await one.commit()
        #expect(try await second.value() == nil)
        try await other.commit()
    }

    @Test func `a lease that is taken after a look is taken by both`() async throws {
        let connection = try await world.connection(of: world.integration())
        let (one, other) = (try await world.session(), try await world.session())
        let look = { @Sendable (writing: Writing) in try writing.connection(connection.id)?.lease }
        let take = { @Sendable (writing: Writing) in
            try writing.db.run("UPDATE connections SET lease = 'x' WHERE id = ?", [connection.id.text])
        }
        #expect(try await one.run(look) == nil)
        #expect(try await other.run(look) == nil)
        #expect(try await one.run(take) == 1)
        let second = try await world.start(take, in: other, blockedBy: one)
        try await one.commit()
        #expect(try await second.value() == 1)
        try await other.commit()
    }

    @Test func `what somebody refreshes is not due for anybody else until the lease runs out`() async throws {
        let integration = try await world.integration()
        let (taken, free) = (
            try await world.connection(of: integration, dueAt: Interleaving.moment),
            try await world.connection(of: integration, dueAt: Interleaving.moment)
        )
        let lease = Interleaving.moment + .seconds(60)
        _ = try await world.store.sharedWrite {
            try $0.claimRefresh(of: taken, lease: "a", until: lease, at: Interleaving.moment)
        }
        #expect(try await world.store.read { try $0.dueConnections(at: Interleaving.moment, limit: 64) } == [free.id])
        #expect(Set(try await world.store.read { try $0.dueConnections(at: lease, limit: 64) }) == [taken.id, free.id])
    }

    // MARK: Rotating secrets

    @Test func `a rotation leaves tokens alone that were refreshed after it read the old ones`() async throws {
        let connection = try await world.leased(of: world.integration())
        let old = try await world.store.read {
            try $0.db.value("SELECT access_token FROM connections WHERE id = ?", [connection.id.text], as: [UInt8].self)
        }
        let (refreshing, rotating) = (try await world.session(), try await world.session())
        #expect(try await refreshing.run { try $0.finish(connection, "new") } != nil)
        let replaced = try await world.start(
            {
                let resealed = try $0.requireKeyring().seal(Secret("access-old"), for: .accessToken(of: connection.id))
                return try $0.db.run(SealedColumn.accessTokens.replacement, [resealed, connection.id.text, old])
            }, in: rotating, blockedBy: refreshing)
        try await refreshing.commit()
        #expect(try await replaced.value() == 0)
        try await rotating.commit()
        #expect(try await world.store.read { try $0.connectionTokens(connection.id) }?.access == Secret("access-new"))
    }

    @Test func `a rotation that does not compare puts dead tokens back`() async throws {
        let connection = try await world.leased(of: world.integration())
        let (refreshing, rotating) = (try await world.session(), try await world.session())
        #expect(try await refreshing.run { try $0.finish(connection, "new") } != nil)
        let replaced = try await world.start(
            {
                let resealed = try $0.requireKeyring().seal(Secret("access-old"), for: .accessToken(of: connection.id))
                return try $0.db.run("UPDATE connections SET access_token = ? WHERE id = ?", [resealed, connection.id.text])
            }, in: rotating, blockedBy: refreshing)
        try await refreshing.commit()
        #expect(try await replaced.value() == 1)
        try await rotating.commit()
        #expect(try await world.store.read { try $0.connectionTokens(connection.id) }?.access == Secret("access-old"))
    }

    // MARK: Revoking

    @Test func `the removal of a connection revokes the tokens that a refresh brings meanwhile`() async throws {
        let connection = try await world.leased(of: world.integration())
        let (refreshing, removing) = (try await world.session(), try await world.session(.exclusive))
        #expect(try await refreshing.run { try $0.finish(connection, "new") } != nil)
        let removed = try await world.start(
            { try $0.deleteConnection(connection.id, at: Interleaving.moment) }, in: removing, blockedBy: refreshing)
        try await refreshing.commit()
        #expect(try await removed.value())
        try await removing.commit()
        #expect(try await world.revokedTokens(of: connection.id) == ["access-new"])
    }

    @Test func `a removal that reads the tokens without holding them revokes the old ones`() async throws {
        let connection = try await world.leased(of: world.integration())
        let (refreshing, removing) = (try await world.session(), try await world.session(.exclusive))
        #expect(try await refreshing.run { try $0.finish(connection, "new") } != nil)
        #expect(try await removing.run { try $0.connectionTokens(connection.id) }?.access == Secret("access-old"))
        let removed = try await world.start(
            { try $0.db.run("DELETE FROM connections WHERE id = ?", [connection.id.text]) }, in: removing, blockedBy: refreshing)
        try await refreshing.commit()
        #expect(try await removed.value() == 1)
        try await removing.rollback()
    }

    @Test func `a refresh that ends after its connection's removal learns that it must revoke`() async throws {
        let connection = try await world.leased(of: world.integration())
        let (removing, refreshing) = (try await world.session(.exclusive), try await world.session())
        #expect(try await removing.run { try $0.deleteConnection(connection.id, at: Interleaving.moment) })
        let finished = try await world.start({ try $0.finish(connection, "new") }, in: refreshing, blockedBy: removing)
        try await removing.commit()
        #expect(try await finished.value() == nil)
        try await refreshing.commit()
        #expect(try await world.revokedTokens(of: connection.id) == ["access-old"])
    }

    @Test func `an integration that goes while a refresh clears its fault is not waited for in a ring`() async throws {
        let integration = try await world.integration()
        let connection = try await world.leased(of: integration)
        try await world.store.write { try $0.setIntegrationError("at fault", of: integration, at: Interleaving.moment) }
        let (refreshing, removing) = (try await world.session(), try await world.session(.exclusive))
        // As a refresh does: the integration before the connection.
        try await refreshing.run { try $0.setIntegrationError(nil, of: integration, at: Interleaving.moment) }
        let removed = try await world.start(
            { try $0.deleteIntegration(integration, at: Interleaving.moment) }, in: removing, blockedBy: refreshing)
        #expect(try await refreshing.run { try $0.finish(connection, "new") } != nil)
        try await refreshing.commit()
        #expect(try await removed.value())
        try await removing.commit()
        #expect(try await world.revokedTokens(of: connection.id) == ["access-new"])
    }

    @Test func `a refresh that locks the connection first and its integration's removal wait for each other`() async throws {
        try world.findDeadlocksEarly()
        let integration = try await world.integration()
        let connection = try await world.leased(of: integration)
        try await world.store.write { try $0.setIntegrationError("at fault", of: integration, at: Interleaving.moment) }
        let (refreshing, removing) = (try await world.session(), try await world.session(.exclusive))
        #expect(try await refreshing.run { try $0.finish(connection, "new") } != nil)
        let removed = try await world.start(
            { try $0.deleteIntegration(integration, at: Interleaving.moment) }, in: removing, blockedBy: refreshing)
        let cleared = refreshing.start { try $0.setIntegrationError(nil, of: integration, at: Interleaving.moment) }
        let outcomes = [try await removed.isUndone(), try await cleared.isUndone()]
        #expect(outcomes.count { $0 } == 1)
    }

    @Test func `no connection is added to an integration that goes`() async throws {
        let integration = try await world.integration()
        let (removing, connecting) = (try await world.session(.exclusive), try await world.session())
        #expect(try await removing.run { try $0.deleteIntegration(integration, at: Interleaving.moment) })
        let added = try await world.start(
            {
                try $0.insertConnection(
                    id: ConnectionID(at: Interleaving.moment), workspace: "acme", integration: integration,
                    grant: Interleaving.grant("x"), region: nil, by: "test", at: Interleaving.moment)
            }, in: connecting, blockedBy: removing)
        try await removing.commit()
        let error = await #expect(throws: StoreError.self) { try await added.value() }
        #expect(error?.code == .constraint)
    }

    @Test func `a connection that is being added is revoked with its integration`() async throws {
        let integration = try await world.integration()
        let (connecting, removing) = (try await world.session(), try await world.session(.exclusive))
        let id = ConnectionID(at: Interleaving.moment)
        try await connecting.run { writing in
            _ = try writing.insertConnection(
                id: id, workspace: "acme", integration: integration, grant: Interleaving.grant("x"), region: nil, by: "test",
                at: Interleaving.moment)
        }
        let removed = try await world.start(
            { try $0.deleteIntegration(integration, at: Interleaving.moment) }, in: removing, blockedBy: connecting)
        try await connecting.commit()
        #expect(try await removed.value())
        try await removing.commit()
        #expect(try await world.revokedTokens(of: id) == ["access-x"])
    }

    @Test func `two that tell providers take different revocations, and neither waits for the other`() async throws {
        let integration = try await world.integration()
        var connections: [ConnectionID] = []
        for _ in 0..<6 { connections.append(try await world.connection(of: integration).id) }
        _ = try await world.store.write { try $0.deleteIntegration(integration, at: Interleaving.moment) }
        let (one, other) = (try await world.session(), try await world.session())
        let claim = { @Sendable (writing: Writing) in
            try writing.claimRevocations(at: Interleaving.moment, until: Interleaving.moment + .seconds(60), limit: 16, except: [String]())
                .revocations
        }
        let first = try await one.run(claim)
        let second = try await other.run(claim)
        try await one.commit()
        try await other.commit()
        let third = try await world.store.sharedWrite(claim)
        #expect(first.count == 4)
        #expect(Set((first + second + third).map(\.connectionID)) == Set(connections))
        #expect((first + second + third).count == 6)
    }

    @Test func `revocations that are read and not claimed are told twice`() async throws {
        let integration = try await world.integration()
        _ = try await world.connection(of: integration)
        _ = try await world.store.write { try $0.deleteIntegration(integration, at: Interleaving.moment) }
        let (one, other) = (try await world.session(), try await world.session())
        let read = { @Sendable (writing: Writing) in
            try writing.db.values("SELECT id FROM revocations WHERE due_at <= ?", [Interleaving.moment.milliseconds], as: Int.self)
        }
        let (first, second) = (try await one.run(read), try await other.run(read))
        #expect(first == second && first.count == 1)
    }

    // MARK: Flows

    @Test func `of two callbacks with one state one gets the flow`() async throws {
        let integration = try await world.integration()
        let hash = [UInt8](repeating: 7, count: 32)
        try await world.store.sharedWrite {
            try $0.insertOAuthState(
                OAuthStateRecord(
                    hash: hash, workspace: "acme", integrationID: integration, connectionID: nil,
                    redirectURI: "https://app.example/callback", returnURL: nil, scopes: [], verifier: Secret("v"), isBrowserBound: false,
                    createdBy: "test", createdAt: Interleaving.moment))
        }
        let (one, other) = (try await world.session(), try await world.session())
        #expect(try await one.run { try $0.consumeOAuthState(hash: hash, at: Interleaving.moment) } != nil)
        let second = try await world.start(
            { try $0.consumeOAuthState(hash: hash, at: Interleaving.moment) }, in: other, blockedBy: one)
        try await one.commit()
        #expect(try await second.value() == nil)
        try await other.commit()
    }

    @Test func `a state that is read and then removed is used by both`() async throws {
        let integration = try await world.integration()
        let hash = [UInt8](repeating: 7, count: 32)
        try await world.store.sharedWrite {
            try $0.insertOAuthState(
                OAuthStateRecord(
                    hash: hash, workspace: "acme", integrationID: integration, connectionID: nil,
                    redirectURI: "https://app.example/callback", returnURL: nil, scopes: [], verifier: nil, isBrowserBound: false,
                    createdBy: "test", createdAt: Interleaving.moment))
        }
        let (one, other) = (try await world.session(), try await world.session())
        let read = { @Sendable (writing: Writing) in try writing.oauthState(hash: hash, at: Interleaving.moment) }
        #expect(try await one.run(read) != nil)
        try await one.run { try $0.db.run("DELETE FROM oauth_states WHERE hash = ?", [hash]) }
        #expect(try await other.run(read) != nil)
        try await one.commit()
    }
}
