import Foundation
import OpenSSL
import Spec
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

struct OAuthFlowTests {
    @Test func `an account is connected, and its tokens are in the state alone and sealed`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let integration = try await world.integration()
            let started = try await world.start(integration)
            #expect(started.authorizationURL.hasPrefix("https://as.example/authorize?tenant=a&response_type=code&client_id=client&"))
            #expect(started.authorizationURL.contains("&scope=read%20write&"))
            let connection = try await world.callback([("code", "the-code"), ("state", started.state.reveal())]).result.get()
            #expect(connection.status == .active)
            #expect(connection.scopes == ["read", "write"])
            #expect(connection.expiresAt == world.now + .seconds(3600))
            let request = try #require(world.provider.requests.first)
            #expect(world.provider.requests.count == 1)
            #expect(request.url == "https://as.example/token")
            #expect(request.form["code"] == "the-code")
            #expect(request.form["redirect_uri"] == "https://app.example/callback")
            let verifier = Secret(try #require(request.form["code_verifier"]))
            #expect(started.authorizationURL.contains("code_challenge=\(PKCE(verifier: verifier).challenge)&code_challenge_method=S256"))
            let tokens = try await world.store.read { try $0.connectionTokens(connection.id) }
            #expect(tokens == ConnectionTokens(access: Secret("access-1"), refresh: Secret("refresh-1")))
        }
    }

    @Test func `E1: no state, verifier, code or token is readable in the file`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let integration = try await world.integration()
            let pending = try await world.start(integration)
            let connection = try await world.connect(integration)
            _ = try await world.refresher.refresh(connection.id)
            world.store.close()
            var bytes = Data()
            for name in try FileManager.default.contentsOfDirectory(atPath: world.folder.path) {
                bytes += try Data(contentsOf: URL(fileURLWithPath: world.folder.file(name)))
            }
            let secrets =
                ["client-secret", "access-1", "refresh-1", "access-2", "refresh-2", "the-code", pending.state.reveal()]
                + world.provider.requests.compactMap { $0.form["code_verifier"] }
            for secret in secrets { #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret)") }
        }
    }

    @Test func `A4: a state is good for one callback`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let started = try await world.start(try await world.integration())
            _ = try await world.callback([("code", "c"), ("state", started.state.reveal())]).result.get()
            let again = try await world.callback([("code", "c"), ("state", started.state.reveal())])
            #expect(throws: OAuthError(.stateInvalid, "the state is unknown, used or older than ten minutes: start again")) {
                try again.result.get()
            }
            #expect(world.provider.requests.count == 1)
        }
    }

    @Test(.enabled(if: TestState.holder.isExpected, "\(TestState.holder.absence)"))
    func `a callback with a state that nobody made waits for no writer`() async throws {
        let world = try OAuthWorld()
        let holder = try await world.folder.state.hold()
        let outcome = try await world.callback([("code", "the-code"), ("state", "guessed")])
        #expect(throws: OAuthError.self) { try outcome.result.get() }
        #expect(world.provider.requests.isEmpty)
        // The lock was held all along.
        #expect(holder.exit == nil)
        try await holder.killNow()
    }

    @Test(.enabled(if: TestState.holder.isExpected, "\(TestState.holder.absence)"))
    func `tokens that the state cannot take at once are kept until it does, in one connection`() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let log = CapturedLog()
        let world = try OAuthWorld(logger: log.logger) { _, count in
            for await _ in gate { break }
            return .tokens(count + 1)
        }
        try await world.run {
            let integration = try await world.integration()
            let started = try await world.start(integration)
            async let outcome = world.callback([("code", "the-code"), ("state", started.state.reveal())])
            while world.provider.requests.isEmpty { await Task.yield() }
            let holder = try await world.folder.state.hold()
            opening.finish()
            _ = try await eventually("a write that fails", within: .seconds(20)) {
                log.messages.contains("new tokens could not be stored yet; trying again") ? true : nil
            }
            try await holder.killNow()
            let connection = try await outcome.result.get()
            let all = try await world.store.read { try $0.connections(workspace: nil, integration: nil, after: nil, limit: 10) }
            #expect(all.items.map(\.id) == [connection.id])
        }
    }

    @Test func `A5: of twenty callbacks with one state, one calls the provider`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let started = try await world.start(try await world.integration())
            let successes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let outcome = try? await world.callback([("code", "c"), ("state", started.state.reveal())])
                        return (try? outcome?.result.get()) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(successes == 1)
            #expect(world.provider.requests.count == 1)
        }
    }

    @Test func `A5: a state is ten minutes old at most`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let integration = try await world.integration()
            let (early, late) = (try await world.start(integration), try await world.start(integration))
            world.clock.advance(.milliseconds(599_999))
            _ = try await world.callback([("code", "c"), ("state", early.state.reveal())]).result.get()
            world.clock.advance(.milliseconds(1))
            let outcome = try await world.callback([("code", "c"), ("state", late.state.reveal())])
            #expect(throws: OAuthError.self) { try outcome.result.get() }
            #expect(world.provider.requests.count == 1)
        }
    }

    @Test func `A4: a bound flow is open to the browser that began it and to no other`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let integration = try await world.integration()
            for shown in [nil, Secret("another")] {
                let started = try await world.start(integration, bound: true)
                _ = try await world.flow.open(state: started.state, cookie: nil)
                let outcome = try await world.callback([("code", "c"), ("state", started.state.reveal())], cookie: shown)
                let error = #expect(throws: OAuthError.self) { try outcome.result.get() }
                #expect(error?.code == .browserMismatch)
            }
            let unopened = try await world.start(integration, bound: true)
            let early = try await world.callback([("code", "c"), ("state", unopened.state.reveal())], cookie: Secret(""))
            #expect(throws: OAuthError.self) { try early.result.get() }
            #expect(world.provider.requests.isEmpty)

            let started = try await world.start(integration, bound: true)
            let (address, cookie) = try await world.flow.open(state: started.state, cookie: nil)
            #expect(address == started.authorizationURL)
            // A reload of the same browser goes on; another browser does not.
            #expect(try await world.flow.open(state: started.state, cookie: cookie).cookie == cookie)
            await #expect(throws: OAuthError.self) { try await world.flow.open(state: started.state, cookie: nil) }
            _ = try await world.callback([("code", "c"), ("state", started.state.reveal())], cookie: cookie).result.get()
        }
    }

    @Test func `A8, A12: an error or a foreign issuer consumes the state and calls nobody`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let integration = try await world.integration(OAuthWorld.spec(issuer: "https://as.example"))
            for parameters in [
                [("error", "access_denied"), ("iss", "https://as.example")], [("code", "c"), ("iss", "https://other")], [("code", "c")],
            ] {
                let started = try await world.start(integration)
                let outcome = try await world.callback(parameters + [("state", started.state.reveal())])
                #expect(throws: OAuthError.self) { try outcome.result.get() }
                let second = try await world.callback([("code", "c"), ("iss", "https://as.example"), ("state", started.state.reveal())])
                let error = #expect(throws: OAuthError.self) { try second.result.get() }
                #expect(error?.code == .stateInvalid)
            }
            #expect(world.provider.requests.isEmpty)
        }
    }

    @Test func `A9: a code goes to the integration that its state was made for`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let first = try await world.integration()
            _ = try await world.integration(OAuthWorld.spec(tokenUrl: "https://attacker.example/token"))
            _ = try await world.connect(first)
            #expect(world.provider.requests.map(\.url) == ["https://as.example/token"])
        }
    }

    @Test func `B10: what was granted is kept, not what was asked`() async throws {
        let world = try OAuthWorld { _, _ in .json(["access_token": "a", "token_type": "bearer", "scope": "read"]) }
        try await world.run {
            let connection = try await world.connect(try await world.integration())
            #expect(connection.scopes == ["read"])
            #expect(connection.json(declaredScopes: ["read", "write"])["missingScopes"] == ["write"])
        }
    }

    @Test(arguments: [
        (ProviderResponse.json(["error": "invalid_grant"], status: 400), OAuthError.Code.codeRejected),
        (.json(["error": "invalid_code"], status: 403), .codeRejected),
        (.json(["error": "invalid_client"], status: 401), .clientRejected),
        (ProviderResponse(status: 503), .providerUnavailable),
        (ProviderResponse(status: 307, headers: [("Location", "https://evil.example")]), .clientRejected),
        (ProviderResponse(status: 200, headers: [("Content-Type", "text/html")]), .tokenResponseInvalid),
    ])
    func `a failed exchange leaves no connection and says why`(answer: ProviderResponse, code: OAuthError.Code) async throws {
        let world = try OAuthWorld { _, _ in answer }
        try await world.run {
            let integration = try await world.integration()
            let started = try await world.start(integration, returnURL: "https://app.example/done?x=1")
            let outcome = try await world.callback([("code", "c"), ("state", started.state.reveal())])
            let error = #expect(throws: OAuthError.self) { try outcome.result.get() }
            #expect(error?.code == code)
            #expect(outcome.returnURL == "https://app.example/done?x=1")
            #expect(try await world.store.read { try $0.connections(workspace: nil, integration: nil, after: nil, limit: 9) }.isEmpty)
            let record = try await world.store.read { try $0.integration(integration.id) }
            #expect((record?.statusText == "ERROR") == (code == .clientRejected))
        }
    }

    @Test func `an integration that cannot do it says so at the start`() async throws {
        let world = try OAuthWorld()
        var inactive = OAuthWorld.spec()
        inactive.status = .inactive
        let cases: [(IntegrationSpec, OAuthError.Code)] = [
            (inactive, .integrationInactive), (IntegrationSpec(name: "N", type: .n8n, provider: "n8n"), .notConfigured),
            (IntegrationSpec(name: "S", type: .crm, provider: "salesforce"), .notConfigured),
        ]
        for (spec, code) in cases {
            let record = try await world.integration(spec)
            let error = await #expect(throws: OAuthError.self) { try await world.start(record) }
            #expect(error?.code == code)
        }
    }

    @Test func `Zoho's data centre is picked from a list and kept for refreshes`() async throws {
        let world = try OAuthWorld()
        try await world.run {
            let zoho = try await world.integration(
                IntegrationSpec(
                    name: "Z", type: .crm, provider: "zoho-crm", redirectUris: ["https://app.example/callback"],
                    config: .init(clientId: .text("client"), clientSecret: .stored)))
            for (location, host) in [("eu", "zoho.eu"), ("evil.example", "zoho.com"), ("us", "zoho.com")] {
                let started = try await world.start(zoho)
                let connection = try await world.callback([
                    ("code", "c"), ("state", started.state.reveal()), ("location", location), ("accounts-server", "https://evil.example"),
                ]).result.get()
                _ = try await world.refresher.refresh(connection.id)
                #expect(
                    world.provider.requests.suffix(2).map(\.url) == Array(repeating: "https://accounts.\(host)/oauth/v2/token", count: 2))
            }
        }
    }
}
