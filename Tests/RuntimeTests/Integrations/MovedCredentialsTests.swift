import Curl
import HTTPTypes
import Spec
import Store
import Testing
import Values

@testable import IntegrationRuntime

/// What becomes of stored secrets and tokens when an integration is pointed somewhere else.
struct MovedCredentialsTests {
    let world: OAuthWorld
    let endpoints: [Endpoint]

    init() throws {
        let world = try OAuthWorld { request, count in
            request.url.contains("revoke") ? ProviderResponse(status: 200) : .tokens(count + 1)
        }
        self.world = world
        endpoints =
            IntegrationEndpoints(store: world.store, revoker: world.revoker, addresses: AddressPolicy()).endpoints
            + ConnectionEndpoints(store: world.store, refresher: world.refresher, revoker: world.revoker).endpoints
    }

    private func call(
        _ name: String, _ id: String, _ body: JSON? = nil, role: Principal.Role = .admin, workspace: String = "acme",
        query: [(name: String, value: String)] = []
    ) async throws -> Reply {
        let endpoint = try #require(endpoints.first { $0.name == name })
        let call = Call(
            method: endpoint.method ?? .get, path: ["id": id], query: query, body: body?.utf8 ?? [],
            principal: Principal(subject: "alice", workspace: .one(workspace), role: role), now: world.now)
        do { return try await endpoint.handle(call) } catch let error as APIError { return error.reply }
    }

    private func connected(_ spec: IntegrationSpec = OAuthWorld.spec()) async throws -> (IntegrationRecord, ConnectionRecord) {
        let integration = try await world.integration(spec)
        return (integration, try await world.connect(integration))
    }

    /// Every address that a token or the client secret was sent to.
    private var destinations: Set<String> { Set(world.provider.requests.map(\.url)) }

    static let moves: [JSON] = [
        ["config": ["tokenUrl": "https://evil.example/token"]], ["config": ["revocationUrl": "https://evil.example/revoke"]],
        ["config": ["introspectionUrl": "https://evil.example/introspect"]], ["config": ["tokenUrl": "https://as.example:8443/token"]],
        ["provider": "hubspot", "config": ["tokenUrl": nil]], ["config": ["revocationUrl": "https://as.example.evil.example/revoke"]],
    ]

    @Test(arguments: moves)
    func `a changed destination asks for the client secret again`(change: JSON) async throws {
        let integration = try await world.integration()
        let refused = try await call("updateIntegration", integration.id.text, change)
        #expect(refused.status == .unprocessableContent)
        #expect(refused.document?["details"]?.array?.map { $0["field"] } == ["config.clientSecret"])
        #expect(try await world.store.read { try $0.integration(integration.id)?.spec } == integration.spec)
    }

    @Test func `another provider asks for the client secret again without a word on its config`() async throws {
        let spec = IntegrationSpec(
            name: "CRM", type: .crm, provider: "salesforce", config: .init(clientId: .text("client"), clientSecret: .stored))
        let integration = try await world.integration(spec)
        let refused = try await call("updateIntegration", integration.id.text, ["provider": "hubspot"])
        #expect(refused.document?["details"]?.array?.map { $0["field"] } == ["config.clientSecret"])
    }

    @Test(arguments: moves.filter { $0["provider"] == nil })
    func `with accounts connected a changed destination takes an admin, the secret given again or not`(change: JSON) async throws {
        try await world.run {
            let (integration, connection) = try await connected()
            var config = try #require(change["config"]?.object)
            config["clientSecret"] = "given-again"
            let refused = try await call("updateIntegration", integration.id.text, ["config": .object(config)], role: .member)
            #expect(refused.status == .forbidden)
            #expect(refused.document?["code"] == "admin_required")
            #expect(try await world.store.read { try $0.connection(connection.id)?.status } == .active)
            #expect(
                try await world.store.read { try $0.secrets(of: integration.id.text)["config.clientSecret"]?.reveal() } == "client-secret")
            #expect(destinations == ["https://as.example/token"])
        }
    }

    @Test func `where users are sent to authorise is an admin's to change too, once accounts are connected`() async throws {
        try await world.run {
            let (integration, connection) = try await connected()
            let change: JSON = ["config": ["authorizationUrl": "https://evil.example/login"]]
            #expect(try await call("updateIntegration", integration.id.text, change, role: .member).status == .forbidden)
            #expect(try await call("updateIntegration", integration.id.text, change).status == .ok)
            #expect(try await world.store.read { try $0.connection(connection.id)?.status } == .active)
        }
    }

    @Test(arguments: moves.filter { $0["provider"] == nil })
    func `stored tokens never reach a new destination`(change: JSON) async throws {
        try await world.run {
            let (integration, connection) = try await connected()
            let pending = try await world.start(integration)
            var config = try #require(change["config"]?.object)
            config["clientSecret"] = "given-again"
            #expect(try await call("updateIntegration", integration.id.text, ["config": .object(config)]).status == .ok)

            let marked = try #require(try await world.store.read { try $0.connection(connection.id) })
            #expect(marked.status == .needsReauthorization)
            #expect(marked.errorCode == "endpoints_changed")
            #expect(marked.dueAt == nil)
            #expect(
                try await world.store.read { try $0.connectionTokens(connection.id) } == ConnectionTokens(access: Secret(""), refresh: nil))
            let refused = try await call("refreshConnection", connection.id.text)
            #expect(refused.document?["code"] == "connection_needs_reauth")
            #expect(try await world.callback([("code", "late"), ("state", pending.state.reveal())]).result.isFailure)
            world.clock.advance(.seconds(7 * 86_400))
            try await world.keeper.round()
            #expect(try await call("deleteConnection", connection.id.text).status == .noContent)
            #expect(try await call("deleteIntegration", integration.id.text).status == .noContent)
            try await world.keeper.round()

            // The old provider heard of their end, with the credentials that were given for it; nobody else heard anything.
            #expect(destinations == ["https://as.example/token", "https://as.example/revoke"])
            let revocations = world.provider.requests.filter { $0.url == "https://as.example/revoke" }
            #expect(Set(revocations.compactMap { $0.form["token"] }) == ["access-1", "refresh-1"])
            #expect(!world.provider.requests.contains { "\($0.body ?? "") \($0.headers)".contains("given-again") })
        }
    }

    @Test func `the connections of other workspaces are parted from their tokens as well, and each reads its own log`() async throws {
        try await world.run {
            var spec = OAuthWorld.spec()
            spec.isPublic = true
            let integration = try await world.integration(spec)
            let foreign = try await world.store.write { [now = world.now] writing in
                try writing.insertConnection(
                    id: ConnectionID(at: now), workspace: "other", integration: integration.id,
                    grant: Grant(
                        tokens: ConnectionTokens(access: Secret("foreign-access"), refresh: Secret("foreign-refresh")), tokenType: "Bearer",
                        scopes: [], metadata: [:], expiresAt: nil, dueAt: now), region: nil, by: "bob@other", at: now)
            }
            let change: JSON = ["config": ["tokenUrl": "https://new.example/token", "clientSecret": "given-again"]]
            #expect(try await call("updateIntegration", integration.id.text, change, role: .member).status == .forbidden)
            #expect(try await call("updateIntegration", integration.id.text, change).status == .ok)
            #expect(try await world.store.read { try $0.connection(foreign.id)?.status } == .needsReauthorization)
            try await world.keeper.round()
            #expect(destinations == ["https://as.example/revoke"])
            let theirs = try await call("listIntegrationLogs", integration.id.text, workspace: "other")
            #expect(theirs.document?["data"]?.array?.map { $0["action"] } == ["connections.reauthorization_required"])
            let own = try await call("listIntegrationLogs", integration.id.text)
            #expect(own.document?["data"]?.array?.map { $0["action"] } == ["integration.updated"])
            #expect(own.document?.text.contains("bob") == false)
        }
    }

    @Test func `an account is connected again at the new address`() async throws {
        try await world.run {
            let (integration, connection) = try await connected()
            _ = try await call(
                "updateIntegration", integration.id.text,
                ["config": ["tokenUrl": "https://new.example/token", "clientSecret": "given-again"]])
            let current = try #require(try await world.store.read { try $0.integration(integration.id) })
            let started = try await world.flow.initiate(
                current,
                OAuthFlow.Start(
                    workspace: "acme", actor: "alice", redirectURI: "https://app.example/callback", connectionID: connection.id))
            let renewed = try await world.callback([("code", "c"), ("state", started.state.reveal())]).result.get()
            #expect(renewed.id == connection.id)
            #expect(renewed.status == .active)
            #expect(try await world.refresher.refresh(connection.id).status == .active)
        }
    }

    @Test func `tokens that a refresh brings while the endpoints change are revoked where they come from`() async throws {
        try await world.run {
            let (integration, connection) = try await connected()
            let (id, endpoints) = (integration.id.text, endpoints)
            world.provider.answer { [world] request, count in
                guard request.url == "https://as.example/token" else { return ProviderResponse(status: 200) }
                let update = endpoints.first { $0.name == "updateIntegration" }
                let body: JSON = ["config": ["tokenUrl": "https://new.example/token", "clientSecret": "given-again"]]
                _ = try? await update?.handle(
                    Call(
                        method: .put, path: ["id": id], body: body.utf8,
                        principal: Principal(subject: "root", workspace: .one("acme"), role: .admin), now: world.now))
                return .tokens(7)
            }
            await #expect(throws: OAuthError.self) { try await world.refresher.refresh(connection.id) }
            #expect(try await world.store.read { try $0.connection(connection.id)?.status } == .needsReauthorization)
            try await world.keeper.round()
            #expect(world.provider.requests.contains { $0.url == "https://as.example/revoke" && $0.form["token"] == "refresh-7" })
            #expect(!destinations.contains("https://new.example/token"))
        }
    }

    @Test func `tokens of a code that was redeemed while the endpoints changed are revoked and never stored`() async throws {
        try await world.run {
            let integration = try await world.integration()
            let started = try await world.start(integration)
            var moved = OAuthWorld.spec(tokenUrl: "https://new.example/token")
            moved.config.clientSecret = .stored
            world.provider.answer { [world, moved] request, _ in
                guard request.url == "https://as.example/token" else { return ProviderResponse(status: 200) }
                _ = try? await world.store.write { writing in
                    try writing.updateIntegration(integration.id, spec: moved, by: "root", at: world.now)
                }
                return .tokens(7)
            }
            let outcome = try await world.callback([("code", "c"), ("state", started.state.reveal())])
            #expect(outcome.result.isFailure)
            #expect(try await world.store.read { try $0.connections(workspace: nil, integration: nil, after: nil, limit: 9) }.isEmpty)
            try await world.keeper.round()
            #expect(world.provider.requests.contains { $0.url == "https://as.example/revoke" && $0.form["token"] == "refresh-7" })
            #expect(!destinations.contains("https://new.example/token"))
        }
    }

    @Test func `a path on the same host moves nothing`() async throws {
        try await world.run {
            let (integration, connection) = try await connected()
            let change: JSON = ["config": ["tokenUrl": "https://AS.example:443/v2/token"]]
            #expect(try await call("updateIntegration", integration.id.text, change, role: .member).status == .ok)
            #expect(try await world.store.read { try $0.connection(connection.id)?.status } == .active)
        }
    }

    @Test func `an override does not remove what preventDestroy protects, and is recorded`() async throws {
        let now = world.now
        let declared = ResourceRecord(
            address: Address(workspace: "acme", kind: .integration, name: "example"), id: IntegrationID(at: now).text, owner: "",
            origin: .manifest, preventDestroy: true, specText: OAuthWorld.spec().json.canonicalText,
            source: SourceLocation(file: "acme.yaml", line: 7, column: 3), changedBy: "apply", changedAt: now)
        try await world.store.write { try $0.insertResources([declared]) }
        let refused = try await call("deleteIntegration", declared.id, query: [("override", "true")])
        #expect(refused.status == .conflict)
        #expect(refused.document?["code"] == "prevent_destroy")
        #expect(try await call("getIntegration", declared.id).status == .ok)
        #expect(try await call("deleteIntegration", declared.id).document?["code"] == "managed_by_manifest")
        var loose = declared
        loose.preventDestroy = false
        try await world.store.write { [loose] in try $0.updateResources([loose]) }
        #expect(try await call("deleteIntegration", declared.id, query: [("override", "true")]).status == .noContent)
        let left = try await call("listIntegrationLogs", declared.id)
        #expect(left.document?["data"]?.array?.map { $0["action"] } == ["integration.overridden"])
        #expect(try await call("listIntegrationLogs", declared.id, workspace: "other").status == .notFound)
    }

    @Test(arguments: ["https://app.example/cb\u{37e}x", "https://app.example/\u{212a}"])
    func `a redirect address is compared by its bytes`(look: String) throws {
        #expect(!["https://app.example/cb;x", "https://app.example/K"].containsExactly(look))
        #expect(["https://app.example/cb;x", "https://app.example/K"].contains(look))
    }
}

extension Result {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
