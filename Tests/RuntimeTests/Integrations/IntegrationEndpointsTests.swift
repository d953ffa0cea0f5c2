import Curl
import Foundation
import HTTPTypes
import Spec
import Store
import Testing
import Values

@testable import IntegrationRuntime

/// The endpoints of integrations, OAuth and connections, called as the router would.
struct IntegrationEndpointsTests {
    let world: OAuthWorld
    let endpoints: [Endpoint]

    init() throws {
        let world = try OAuthWorld { request, count in request.url.hasSuffix("revoke") ? ProviderResponse(status: 200) : .tokens(count + 1)
        }
        self.world = world
        endpoints =
            IntegrationEndpoints(store: world.store, revoker: world.revoker, addresses: AddressPolicy()).endpoints
            + OAuthEndpoints(store: world.store, flow: world.flow, publicURL: "https://framework.example/").endpoints
            + ConnectionEndpoints(store: world.store, refresher: world.refresher, revoker: world.revoker).endpoints
    }

    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, workspace: String? = "acme", role: Principal.Role = .member,
        query: [(name: String, value: String)] = [], headers: HTTPFields = [:]
    ) async throws -> Reply {
        let segments = path.split(separator: "/").map(String.init)
        func parameters(_ pattern: String) -> [String: String]? {
            let parts = pattern.split(separator: "/").map(String.init)
            guard parts.count == segments.count else { return nil }
            var found: [String: String] = [:]
            for (part, segment) in zip(parts, segments) {
                if part.hasPrefix("{") { found[String(part.dropFirst().dropLast())] = segment } else if part != segment { return nil }
            }
            return found
        }
        let candidates = endpoints.filter { $0.method == method }.compactMap { endpoint in parameters(endpoint.path).map { (endpoint, $0) }
        }
        let (endpoint, found) = try #require(candidates.min { $0.1.count < $1.1.count })
        let principal = workspace.map { Principal(subject: "alice", workspace: .one($0), role: role) }
        do {
            return try await endpoint.handle(
                Call(
                    method: method, path: found, query: query, headers: headers, body: body?.utf8 ?? [], principal: principal,
                    now: world.now))
        } catch let error as APIError {
            return error.reply
        }
    }

    static let input: JSON = [
        "name": "Salesforce CRM", "type": "CRM", "provider": "salesforce", "description": "Sync contacts", "public": true,
        "scopes": ["read_contacts"], "redirectUris": ["https://app.example/callback"], "returnUrls": ["https://app.example/done#top"],
        "config": ["clientId": "your-client", "clientSecret": "a-very-secret-value"],
    ]

    func create(_ input: JSON = Self.input, workspace: String = "acme") async throws -> JSON {
        let reply = try await call(.post, "/api/integrations", input, workspace: workspace)
        #expect(reply.status == .created)
        return try #require(reply.document)
    }

    @Test func `an integration is made, read, changed and removed, and its secret never comes back`() async throws {
        let made = try await create()
        let id = try #require(made["id"]?.string)
        #expect(made["slug"] == "salesforce-crm")
        #expect(made["status"] == "ACTIVE")
        #expect(made["hasClientSecret"] == true)
        #expect(made["managedBy"] == .null)
        let read = try await call(.get, "/api/integrations/\(id)")
        #expect(read.document == made)
        #expect(made["config"] == ["clientId": "your-client"])
        let changed = try await call(.put, "/api/integrations/\(id)", ["name": "Updated Name", "status": "INACTIVE", "description": nil])
        #expect(changed.document?["name"] == "Updated Name")
        #expect(changed.document?["status"] == "INACTIVE")
        #expect(changed.document?["description"] == .null)
        #expect(changed.document?["scopes"] == ["read_contacts"])
        #expect(changed.document?["hasClientSecret"] == true)
        for reply in [read, changed] { #expect(reply.document?.text.contains("a-very-secret-value") == false) }
        let logs = try await call(.get, "/api/integrations/\(id)/logs")
        #expect(logs.document?["data"]?.array?.map { $0["action"] } == ["integration.updated", "integration.created"])
        #expect(try await call(.delete, "/api/integrations/\(id)").status == .noContent)
        #expect(try await call(.get, "/api/integrations/\(id)").status == .notFound)
        #expect(try await call(.delete, "/api/integrations/\(id)").document?["code"] == "integration_not_found")
    }

    @Test func `two of one name get two stable names`() async throws {
        let (first, second) = (try await create(), try await create())
        #expect(first["slug"] == "salesforce-crm")
        #expect(second["slug"]?.string?.hasPrefix("salesforce-crm-") == true)
    }

    @Test func `another workspace sees a public integration's short form, and a private one not at all`() async throws {
        let id = try #require(try await create()["id"]?.string)
        var hidden = Self.input.object ?? JSONObject()
        hidden["public"] = false
        let hiddenID = try #require(try await create(.object(hidden))["id"]?.string)
        let short = try await call(.get, "/api/integrations/\(id)", workspace: "other")
        #expect(short.document?.object?.keys.sorted() == ["description", "id", "name", "provider", "scopes", "status", "type"])
        #expect(try await call(.get, "/api/integrations/\(hiddenID)", workspace: "other").status == .notFound)
        for method in [HTTPRequest.Method.put, .delete] {
            #expect(try await call(method, "/api/integrations/\(id)", [:], workspace: "other").status == .notFound)
        }
        #expect(try await call(.get, "/api/integrations/\(id)/logs", workspace: "other").document?["data"] == [])
        #expect(try await call(.get, "/api/integrations/\(hiddenID)/logs", workspace: "other").status == .notFound)
        let own = try await call(.get, "/api/integrations", workspace: "other")
        #expect(own.document?["data"] == [])
        let market = try await call(.get, "/api/integrations", workspace: "other", query: [("includePublic", "true")])
        #expect(market.document?["data"] == [try #require(short.document)])
        #expect(try await call(.get, "/api/integrations").document?["data"]?.array?.count == 2)
    }

    @Test func `lists come in pages`() async throws {
        var ids: [JSON] = []
        for number in 0..<3 {
            ids.append(try await create(["name": .string("N\(number)"), "provider": "custom"])["id"] ?? .null)
            world.clock.advance(.milliseconds(1))
        }
        let first = try await call(.get, "/api/integrations", query: [("limit", "2")])
        #expect(first.document?["data"]?.array?.map { $0["id"] } == [ids[2], ids[1]])
        let cursor = try #require(first.document?["nextCursor"]?.string)
        let second = try await call(.get, "/api/integrations", query: [("limit", "2"), ("cursor", cursor)])
        #expect(second.document?["data"]?.array?.map { $0["id"] } == [ids[0]])
        #expect(second.document?["nextCursor"] == .null)
    }

    @Test func `everything wrong with a body is named at once`() async throws {
        let reply = try await call(
            .post, "/api/integrations",
            [
                "type": "CRMM", "provider": "salesforc", "scopes": ["a b"], "redirectUris": ["http://app.example/cb"], "bogus": 1,
                "rateLimitPerHour": 10, "rateLimitPerDay": 5,
                "config": [
                    "tokenUrl": "https://169.254.169.254/token", "authorizationUrl": "ftp://x", "authorizationParams": ["state": "x"],
                    "clientSecret": 7,
                ],
            ])
        #expect(reply.status == .unprocessableContent)
        let fields = Set(reply.document?["details"]?.array?.compactMap { $0["field"]?.string } ?? [])
        #expect(
            fields == [
                "name", "type", "provider", "scopes.0", "redirectUris.0", "bogus", "rateLimitPerDay", "config.tokenUrl",
                "config.authorizationUrl", "config.authorizationParams.state", "config.clientSecret",
            ])
        #expect(reply.document?.text.contains("did you mean `salesforce`?") == true)
    }

    @Test(arguments: [
        "https://127.0.0.1/t", "https://[::1]/t", "https://10.0.0.1/t", "https://0177.0.0.1/t", "https://2130706433/t",
        "https://[::ffff:10.0.0.1]/t",
    ])
    func `a special-purpose address is refused when it is written`(url: String) async throws {
        let reply = try await call(.post, "/api/integrations", ["name": "X", "config": ["tokenUrl": .string(url)]])
        #expect(reply.document?["details"]?.array?.map { $0["field"] } == ["config.tokenUrl"])
    }

    @Test func `a stored secret does not follow its requests to another host`() async throws {
        let id = try #require(try await create()["id"]?.string)
        let moved = try await call(.put, "/api/integrations/\(id)", ["config": ["tokenUrl": "https://evil.example/token"]])
        #expect(moved.document?["details"]?.array?.map { $0["field"] } == ["config.clientSecret"])
        let renewed = try await call(
            .put, "/api/integrations/\(id)", ["config": ["tokenUrl": "https://other.example/token", "clientSecret": "another"]])
        #expect(renewed.status == .ok)
    }

    @Test func `what a manifest declares is changed there, unless an admin overrides`() async throws {
        let now = world.now
        let declared = ResourceRecord(
            address: Address(workspace: "acme", kind: .integration, name: "example"), id: IntegrationID(at: now).text, owner: "platform",
            origin: .manifest, preventDestroy: false, specText: OAuthWorld.spec().json.canonicalText,
            source: SourceLocation(file: "acme.yaml", line: 7, column: 3), changedBy: "apply", changedAt: now)
        try await world.store.write { try $0.insertResources([declared]) }
        let id = declared.id
        let refused = try await call(.put, "/api/integrations/\(id)", ["name": "X"])
        #expect(refused.status == .conflict)
        #expect(refused.document?["code"] == "managed_by_manifest")
        #expect(refused.document?["message"]?.string?.contains("acme.yaml:7") == true)
        #expect(try await call(.delete, "/api/integrations/\(id)").status == .conflict)
        #expect(try await call(.put, "/api/integrations/\(id)", ["name": "X"], query: [("override", "true")]).status == .forbidden)
        let forced = try await call(.put, "/api/integrations/\(id)", ["name": "X"], role: .admin, query: [("override", "true")])
        #expect(forced.document?["managedBy"] == ["file": "acme.yaml", "line": 7])
        let logs = try await call(.get, "/api/integrations/\(id)/logs")
        #expect(logs.document?["data"]?.array?.first?["action"] == "integration.overridden")
    }

    @Test func `initiate takes what the integration allows and nothing else`() async throws {
        let id = try #require(try await create()["id"]?.string)
        let path = "/api/integrations/\(id)/oauth/initiate"
        let good = try await call(.post, path, ["redirectUri": "https://app.example/callback"])
        #expect(good.status == .ok)
        #expect(good.document?["authorizationUrl"]?.string?.contains("state=\(good.document?["state"]?.string ?? "-")") == true)
        #expect(good.document?["authorizationUrl"]?.string?.contains("prompt=consent") == true)
        let cases: [(JSON, String)] = [
            ([:], "redirectUri"), (["redirectUri": "https://app.example/callback/"], "redirectUri"),
            (["redirectUri": "https://app.example/callback", "state": "mine"], "state"),
            (["redirectUri": "https://app.example/callback", "code_challenge": "x"], "code_challenge"),
            (["redirectUri": "https://app.example/callback", "scopes": ["admin"]], "scopes.0"),
            (["redirectUri": "https://app.example/callback", "returnUrl": "//evil.example"], "returnUrl"),
            (["redirectUri": "https://app.example/callback", "returnUrl": "https://app.example/done"], "returnUrl"),
            (["redirectUri": "https://app.example/callback", "connectionId": "conn_x"], "connectionId"),
        ]
        for (body, field) in cases {
            let reply = try await call(.post, path, body)
            #expect(reply.status == .unprocessableContent)
            #expect(reply.document?["details"]?.array?.map { $0["field"] } == [.string(field)])
        }
        #expect(try await call(.post, path, ["redirectUri": "https://app.example/callback"], workspace: "other").status == .ok)
    }

    @Test func `an integration without redirectUris takes an https or loopback one of its caller`() async throws {
        var input = Self.input.object ?? JSONObject()
        input["redirectUris"] = nil
        let id = try #require(try await create(.object(input))["id"]?.string)
        for (uri, status) in [
            ("https://any.example/cb", HTTPResponse.Status.ok), ("http://127.0.0.1:8080/cb", .ok),
            ("http://any.example/cb", .unprocessableContent),
            ("https://any.example/cb#f", .unprocessableContent), ("javascript:alert(1)", .unprocessableContent),
            ("/cb", .unprocessableContent),
        ] {
            #expect(
                try await call(.post, "/api/integrations/\(id)/oauth/initiate", ["redirectUri": .string(uri)]).status == status, "\(uri)")
        }
        #expect(
            try await call(.post, "/api/integrations/\(id)/oauth/initiate", ["redirectUri": "https://evil.example/cb"], workspace: "other")
                .status
                == .unprocessableContent)
    }

    @Test func `where the caller sends no redirectUri, the public address makes it`() async throws {
        var input = Self.input.object ?? JSONObject()
        input["redirectUris"] = nil
        let free = try #require(try await create(.object(input))["id"]?.string)
        input["redirectUris"] = ["https://app.example/callback", "https://framework.example/api/integrations/oauth/callback"]
        let declaring = try #require(try await create(.object(input))["id"]?.string)
        for (id, workspace) in [(free, "acme"), (declaring, "acme"), (free, "other")] {
            let reply = try await call(.post, "/api/integrations/\(id)/oauth/initiate", [:], workspace: workspace)
            #expect(reply.status == .ok)
            let address = reply.document?["authorizationUrl"]?.string
            #expect(
                address?.contains("redirect_uri=https%3A%2F%2Fframework.example%2Fapi%2Fintegrations%2Foauth%2Fcallback&") == true,
                "\(address ?? "")")
        }
        let wrong = try await call(.post, "/api/integrations/\(declaring)/oauth/initiate", ["redirectUri": 7])
        #expect(wrong.document?["details"]?.array?.map { $0["message"] } == ["must be a string"])
    }

    @Test func `from initiate to delete over the JSON callback`() async throws {
        try await world.run {
            let id = try #require(try await create()["id"]?.string)
            let none = try await call(.post, "/api/integrations/\(id)/oauth/refresh")
            #expect(none.document?["code"] == "connection_not_found")
            let connection = try await connect(id)
            let connectionID = try #require(connection["id"]?.string)
            #expect(connection["status"] == "ACTIVE")
            #expect(connection.text.contains("access-1") == false)
            let refreshed = try await call(.post, "/api/integrations/\(id)/oauth/refresh")
            #expect(refreshed.document?["refreshedAt"] != .null)
            #expect(try await call(.get, "/api/integrations/connections", workspace: "other").document?["data"] == [])
            #expect(try await call(.get, "/api/integrations/connections/\(connectionID)", workspace: "other").status == .notFound)
            #expect(
                try await call(.get, "/api/integrations/connections", query: [("integrationId", id)]).document?["data"]?.array?.count == 1)
            _ = try await connect(id)
            #expect(try await call(.post, "/api/integrations/\(id)/oauth/refresh").status == .unprocessableContent)
            #expect(try await call(.post, "/api/integrations/\(id)/oauth/refresh", ["connectionId": .string(connectionID)]).status == .ok)
            #expect(try await call(.delete, "/api/integrations/connections/\(connectionID)").status == .noContent)
            #expect(world.provider.requests.filter { $0.url.hasSuffix("revoke") }.count == 2)
            #expect(try await call(.delete, "/api/integrations/\(id)").status == .noContent)
            #expect(world.provider.requests.filter { $0.url.hasSuffix("revoke") }.count == 4)
            let replay = try await call(.post, "/api/integrations/oauth/callback", ["code": "c", "state": "unknown"], workspace: nil)
            #expect(replay.status == .badRequest)
            #expect(replay.document?["code"] == "oauth_state_invalid")
        }
    }

    func connect(_ id: String) async throws -> JSON {
        let started = try await call(.post, "/api/integrations/\(id)/oauth/initiate", ["redirectUri": "https://app.example/callback"])
        let reply = try await call(
            .post, "/api/integrations/oauth/callback", ["code": "c", "state": try #require(started.document?["state"])], workspace: nil)
        #expect(reply.status == .ok)
        return try #require(reply.document)
    }

    @Test func `A14: the browser's page leaks nothing and loads nothing`() async throws {
        try await world.run {
            let id = try #require(try await create()["id"]?.string)
            let started = try await call(.post, "/api/integrations/\(id)/oauth/initiate", ["redirectUri": "https://app.example/callback"])
            let state = try #require(started.document?["state"]?.string)
            let done = try await call(.get, "/api/integrations/oauth/callback", workspace: nil, query: [("code", "c"), ("state", state)])
            let failed = try await call(
                .get, "/api/integrations/oauth/callback", workspace: nil,
                query: [("error", "<script>alert(1)</script>"), ("error_description", "<b>"), ("state", state)])
            #expect(done.status == .ok)
            #expect(failed.status == .badRequest)
            for reply in [done, failed] {
                #expect(reply.headers[.cacheControl] == "no-store")
                #expect(reply.headers[.literal("Referrer-Policy")] == "no-referrer")
                #expect(reply.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
                guard case .html(let page) = reply.content else {
                    Issue.record("not a page")
                    continue
                }
                #expect(!page.contains("<script") && !page.contains("http") && !page.contains(state))
            }
        }
    }

    @Test func `A11: a browser goes on to the declared address alone, with 303`() async throws {
        try await world.run {
            let id = try #require(try await create()["id"]?.string)
            for (extra, expected) in [
                ("code", "https://app.example/done?status=connected&connectionId=conn_"),
                ("error", "https://app.example/done?status=failed&error=oauth_"),
            ] {
                let started = try await call(
                    .post, "/api/integrations/\(id)/oauth/initiate",
                    ["redirectUri": "https://app.example/callback", "returnUrl": "https://app.example/done#top"])
                let state = try #require(started.document?["state"]?.string)
                let reply = try await call(
                    .get, "/api/integrations/oauth/callback", workspace: nil, query: [(extra, "x"), ("state", state)])
                #expect(reply.status == .seeOther)
                #expect(reply.headers[.location]?.hasPrefix(expected) == true)
                #expect(reply.headers[.location]?.hasSuffix("#top") == true)
            }
        }
    }

    @Test func `A15: the cookie of a bound flow is the strictest that works`() async throws {
        try await world.run {
            let id = try #require(try await create()["id"]?.string)
            let started = try await call(
                .post, "/api/integrations/\(id)/oauth/initiate", ["redirectUri": "https://app.example/callback", "browserBinding": true])
            let state = try #require(started.document?["state"]?.string)
            #expect(
                started.document?["authorizationUrl"]?.string == "https://framework.example/api/integrations/oauth/start?state=\(state)")
            let opened = try await call(.get, "/api/integrations/oauth/start", workspace: nil, query: [("state", state)])
            #expect(opened.status == .seeOther)
            #expect(opened.headers[.location]?.hasPrefix("https://login.salesforce.com/services/oauth2/authorize?") == true)
            let cookie = try #require(opened.headers[.setCookie])
            #expect(cookie.hasPrefix("__Host-reconcile-oauth-"))
            #expect(cookie.hasSuffix("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"))
            #expect(try await call(.get, "/api/integrations/oauth/start", workspace: nil, query: [("state", state)]).status == .badRequest)
            let pair = String(cookie.prefix { $0 != ";" })
            let done = try await call(
                .get, "/api/integrations/oauth/callback", workspace: nil, query: [("code", "c"), ("state", state)],
                headers: [.cookie: "other=1; \(pair)"])
            #expect(done.status == .ok)
        }
    }
}

extension Reply {
    var document: JSON? {
        if case .json(let json) = content { json } else { nil }
    }
}
