import HTTPTypes
import Spec
import Store
import Testing
import Values

@testable import IntegrationRuntime

struct KeyEndpointsTests {
    @Test(arguments: [
        (#"{"name":"a","policy":"producton"}"#, "policy", "names no key policy of the workspace, `producton`: did you mean `production`?"),
        (#"{"name":"a","policy":"x"}"#, "policy", "names no key policy of the workspace, `x`: it has office, production"),
        (
            #"{"name":"a","scopes":["post:read"]}"#, "scopes.0",
            "is not a scope that the workspace declares: `post:read`; did you mean `posts:read`?"
        ),
        (#"{"name":"a","scops":[]}"#, "scops", "is not a field of this request: did you mean `scopes`?"),
        (#"{"name":"a","colour":1}"#, "colour", "is not a field of this request"),
        (
            #"{"name":"a","rateLimitPerHour":10,"rateLimitPerDay":9}"#, "rateLimitPerDay",
            "(9) is below `rateLimitPerHour` (10): raise it, or lower the other"
        ),
    ])
    func `a misspelt name gets the nearest one`(body: String, field: String, message: String) async throws {
        let world = try await KeyWorld()
        let reply = try await world.call(.post, KeyEndpoints.path, body: try JSON(parsing: body))
        #expect(reply.status == .unprocessableContent)
        #expect(reply.json?["details"] == [["field": .string(field), "message": .string(message)]])
    }

    @Test func `of many unknown scopes the first few get the nearest one, since each search costs`() async throws {
        let world = try await KeyWorld()
        let reply = try await world.call(
            .post, KeyEndpoints.path, body: ["name": "a", "scopes": .strings((1...100).map { "posts:rea\($0)" })])
        #expect(reply.status == .unprocessableContent)
        let messages = (reply.json?["details"]?.array ?? []).compactMap { $0["message"]?.string }
        #expect(messages.count == 50)
        #expect(messages.filter { $0.hasSuffix("did you mean `posts:read`?") } == Array(messages.prefix(5)))
    }

    @Test func `a use shows at once, before it is written to the state`() async throws {
        let world = try await KeyWorld()
        let (id, key) = try await world.create(["name": "Key", "scopes": ["posts:read"]])
        #expect(try await world.call(.get, "\(KeyEndpoints.path)/\(id)").json?["lastUsedAt"] == .null)
        _ = try await world.verify(key)
        #expect(try await world.call(.get, "\(KeyEndpoints.path)/\(id)").json?["lastUsedAt"] == "2026-03-01T12:00:00Z")
        #expect(try await world.call(.get, KeyEndpoints.path).json?["data"]?.array?.first?["lastUsedAt"] == "2026-03-01T12:00:00Z")
    }

    @Test func `a refusal has its code and message in headers, for proxies that lose the body`() async throws {
        let world = try await KeyWorld()
        let (_, key) = try await world.create(["name": "Key", "scopes": ["posts:read"], "rateLimitPerHour": 1])
        var replies = [try await world.check("sk_live_nonsense"), try await world.check(key, scopes: ["posts:write"])]
        _ = try await world.check(key)
        replies.append(try await world.check(key, denyStatus: "403"))
        #expect(replies.map { $0.headers[.xErrorCode] } == ["api_key_invalid", "insufficient_scope", "rate_limit_exceeded"])
        for reply in replies {
            #expect(reply.headers[.xErrorCode] == reply.json?["code"]?.string)
            #expect(reply.headers[.xErrorMessage] == reply.json?["message"]?.string)
        }
    }

    @Test func `a key is shown once and works at once`() async throws {
        let world = try await KeyWorld()
        let reply = try await world.call(
            .post, KeyEndpoints.path,
            body: [
                "name": "Production API Key", "policy": "production", "scopes": ["posts:read"], "rateLimitPerHour": 5,
                "owner": "team-a", "metadata": ["env": "test"],
            ], role: .member)
        #expect(reply.status == .created)
        let json = try #require(reply.json)
        let key = try #require(json["key"]?.string)
        #expect(KeyFormat.isWellFormed(key))
        #expect(json["status"]?.string == "ACTIVE")
        #expect(json["rateLimitPerHour"]?.integer == 5)
        #expect(json["rateLimitPerDay"]?.integer == 100)
        #expect(json["expiresAt"]?.string == "2026-03-31T12:00:00Z")
        #expect(json["rotationDueAt"]?.string == "2026-03-21T12:00:00Z")
        let pass = try await world.check(key, scopes: ["posts:read"])
        #expect(pass.status == .ok)
        #expect(pass.headers[.xKeyID] == json["id"]?.string)
        #expect(pass.headers[.xKeyPolicy] == "production")
        #expect(pass.headers[.xKeyScopes] == "posts:read")
        #expect(pass.headers[.xWorkspaceID] == "acme")
        let list = try await world.call(.get, KeyEndpoints.path)
        #expect(list.json?["data"]?.array?.count == 1)
        #expect(list.json?.text.contains(key) == false)
    }

    @Test(arguments: [
        (#"{}"#, "name"), (#"{"name":" "}"#, "name"), (#"{"name":"a","policy":"none"}"#, "policy"),
        (#"{"name":"a","policy":"production","scopes":["analytics:read"]}"#, "scopes.0"),
        (#"{"name":"a","policy":"production","scopes":["*"]}"#, "scopes.0"),
        (#"{"name":"a","scopes":["posts:read","posts:delete"]}"#, "scopes.1"),
        (#"{"name":"a","scopes":"posts:read"}"#, "scopes"),
        (#"{"name":"a","policy":"production","rateLimitPerHour":11}"#, "rateLimitPerHour"),
        (#"{"name":"a","policy":"production","rateLimitPerDay":101}"#, "rateLimitPerDay"),
        (#"{"name":"a","rateLimitPerHour":10,"rateLimitPerDay":9}"#, "rateLimitPerDay"),
        (#"{"name":"a","rateLimitPerHour":0}"#, "rateLimitPerHour"),
        (#"{"name":"a","rateLimitPerHour":1.5}"#, "rateLimitPerHour"),
        (#"{"name":"a","expiresAt":"2026-03-01T12:00:00Z"}"#, "expiresAt"),
        (#"{"name":"a","expiresAt":"tomorrow"}"#, "expiresAt"),
        (#"{"name":"a","policy":"production","expiresAt":"2027-01-01T00:00:00Z"}"#, "expiresAt"),
        (#"{"name":"a","metadata":[1]}"#, "metadata"), (#"{"name":"a","colour":"red"}"#, "colour"),
    ])
    func `what may not be asked for is 422 with its field`(body: String, field: String) async throws {
        let world = try await KeyWorld()
        let reply = try await world.call(.post, KeyEndpoints.path, body: JSON(parsing: body))
        #expect(reply.status == .unprocessableContent)
        #expect(reply.json?["details"]?.array?.first?["field"]?.string == field)
    }

    @Test func `where policies are declared a key without one takes an admin`() async throws {
        let world = try await KeyWorld()
        let refused = try await world.call(.post, KeyEndpoints.path, body: ["name": "a"], role: .member)
        #expect(refused.status == .forbidden)
        #expect(refused.json?["code"]?.string == "admin_required")
        let free = try await world.create(["name": "a", "scopes": ["posts:*", "analytics:read"]])
        #expect(try await world.check(free.key).headers[.xKeyScopes] == "analytics:read posts:read posts:write")
        let bare = try await KeyWorld(policies: [:])
        _ = try await bare.create(["name": "a"], role: .member)
    }

    @Test func `other workspaces' keys do not exist`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a"])
        for method in [HTTPRequest.Method.get, .delete, .put] {
            let reply = try await world.call(
                method, "\(KeyEndpoints.path)/\(key.id)", body: method == .put ? ["name": "b"] : nil, workspace: .one("other"))
            #expect(reply.status == .notFound)
        }
        #expect(try await world.call(.get, KeyEndpoints.path, workspace: .one("other")).json?["data"]?.array?.isEmpty == true)
        #expect(try await world.verify(key.key, workspace: .one("other"))?["code"]?.string == "NOT_FOUND")
        #expect(try await world.verify(key.key, workspace: .all)?["code"]?.string == "VALID")
        #expect(try await world.call(.get, "\(KeyEndpoints.path)/nonsense").status == .notFound)
    }

    @Test func `disabling, enabling and revoking act at once, and revoking for good`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a"])
        let path = "\(KeyEndpoints.path)/\(key.id)"
        #expect(try await world.call(.put, path, body: ["status": "DISABLED", "name": "b"]).json?["name"]?.string == "b")
        #expect(try await world.check(key.key).json?["code"]?.string == "api_key_disabled")
        #expect(try await world.call(.put, path, body: ["status": "ACTIVE"]).status == .ok)
        #expect(try await world.check(key.key).status == .ok)
        #expect(try await world.call(.put, path, body: ["status": "REVOKED"]).status == .unprocessableContent)
        #expect(try await world.call(.delete, path).status == .noContent)
        #expect(try await world.check(key.key).status == .unauthorized)
        #expect(try await world.verify(key.key)?["code"]?.string == "REVOKED")
        #expect(try await world.call(.delete, path).status == .noContent)
        #expect(try await world.call(.put, path, body: ["status": "ACTIVE"]).json?["code"]?.string == "api_key_revoked")
        #expect(try await world.call(.get, path).json?["status"]?.string == "REVOKED")
    }

    @Test func `rotating doubles no allowance and ends the old key after the overlap`() async throws {
        let world = try await KeyWorld()
        let old = try await world.create(["name": "a", "policy": "production", "scopes": ["posts:read"]])
        for _ in 0..<4 { #expect(try await world.check(old.key).status == .ok) }
        let reply = try await world.call(.post, "\(KeyEndpoints.path)/\(old.id)/rotate")
        #expect(reply.status == .created)
        #expect(reply.json?["previous"]?["expiresAt"]?.string == "2026-03-01T13:00:00Z")
        let new = try #require(reply.json?["key"]?.string)
        #expect(try await world.check(new).headers[.xRateLimitRemaining] == "5")
        #expect(try await world.check(old.key).headers[.xRateLimitRemaining] == "4")
        #expect(try await world.call(.post, "\(KeyEndpoints.path)/\(old.id)/rotate").status == .conflict)
        world.clock.now = KeyWorld.start + .seconds(3600)
        #expect(try await world.verify(old.key)?["code"]?.string == "ROTATED")
        #expect(try await world.check(new, scopes: ["posts:read"]).status == .ok)
    }

    @Test func `a member does not rotate a key that takes an admin to make`() async throws {
        let world = try await KeyWorld()
        let free = try await world.create(["name": "a", "scopes": ["analytics:read"]])
        let refused = try await world.call(.post, "\(KeyEndpoints.path)/\(free.id)/rotate", role: .member)
        #expect(refused.status == .forbidden)
        #expect(refused.json?["code"]?.string == "admin_required")
        #expect(refused.json?["key"] == nil)
        #expect(try await world.verify(free.key)?["code"]?.string == "VALID")
        #expect(try await world.call(.get, KeyEndpoints.path).json?["data"]?.array?.count == 1)
        #expect(try await world.call(.post, "\(KeyEndpoints.path)/\(free.id)/rotate", role: .admin).status == .created)
        let bound = try await world.create(["name": "b", "policy": "production"])
        #expect(try await world.call(.post, "\(KeyEndpoints.path)/\(bound.id)/rotate", role: .member).status == .created)
        let bare = try await KeyWorld(policies: [:])
        let own = try await bare.create(["name": "a"], role: .member)
        #expect(try await bare.call(.post, "\(KeyEndpoints.path)/\(own.id)/rotate", role: .member).status == .created)
    }

    @Test(arguments: [nil, "2026-03-20T12:00:00Z"])
    func `a successor does not outlive what its policy allows now`(given: String?) async throws {
        let world = try await KeyWorld()
        var body = JSONObject([("name", "a"), ("policy", "production")])
        body["expiresAt"] = given.map(JSON.string)
        let old = try await world.create(.object(body))
        try await world.change("production", to: KeyPolicySpec(scopes: ["posts:*"], expiresAfter: .seconds(7 * 86_400)))
        let reply = try await world.call(.post, "\(KeyEndpoints.path)/\(old.id)/rotate")
        #expect(reply.json?["expiresAt"]?.string == "2026-03-08T12:00:00Z")
    }

    @Test func `of two rotations at once one is told that it lost`() async throws {
        let world = try await KeyWorld()
        for _ in 0..<10 {
            let old = try await world.create(["name": "a", "policy": "production"])
            let statuses = try await withThrowingTaskGroup(of: Reply.self) { group in
                for _ in 0..<2 { group.addTask { try await world.call(.post, "\(KeyEndpoints.path)/\(old.id)/rotate") } }
                return try await group.reduce(into: [Reply]()) { $0.append($1) }
            }
            #expect(statuses.map(\.status.code).sorted() == [201, 409])
            #expect(statuses.compactMap { $0.json?["code"]?.string } == ["api_key_not_active"])
        }
    }

    @Test func `a token for all makes no key for a workspace that nobody has used`() async throws {
        let world = try await KeyWorld()
        let refused = try await world.call(
            .post, KeyEndpoints.path, body: ["name": "a"], query: [("workspaceId", "acmee")], workspace: .all)
        #expect(refused.status == .unprocessableContent)
        #expect(refused.json?["details"]?.array?.map { $0["field"]?.string } == ["workspaceId"])
        #expect(refused.json?["message"]?.string?.contains("did you mean `acme`?") == true)
        #expect(try await world.call(.get, KeyEndpoints.path, query: [("workspaceId", "acmee")], workspace: .all).json?["data"] == [])
        #expect(
            try await world.call(.post, KeyEndpoints.path, body: ["name": "a"], query: [("workspaceId", "acme")], workspace: .all).status
                == .created)
        // Whoever holds a token of the workspace itself begins it.
        #expect(try await world.call(.post, KeyEndpoints.path, body: ["name": "a"], workspace: .one("newcomer")).status == .created)
    }

    @Test(arguments: ["team-a", "cus_9s6X", "ann@example.com", "auth0|5f7c"])
    func `an owner is what other systems call a customer`(owner: String) async throws {
        let reply = try await KeyWorld().call(.post, KeyEndpoints.path, body: ["name": "a", "owner": .string(owner)])
        #expect(reply.json?["owner"]?.string == owner)
    }

    @Test(arguments: ["", "two words", "caf\u{e9}", "cafe\u{301}", "\u{212a}8s", "a\tb", String(repeating: "x", count: 256)])
    func `an owner that could look like another is refused`(owner: String) async throws {
        let reply = try await KeyWorld().call(.post, KeyEndpoints.path, body: ["name": "a", "owner": .string(owner)])
        #expect(reply.json?["details"]?.array?.map { $0["field"]?.string } == ["owner"])
    }

    @Test func `keys follow what their policy becomes`() async throws {
        let world = try await KeyWorld()
        let all = try await world.create(["name": "a", "policy": "production"])
        let some = try await world.create(["name": "b", "policy": "production", "scopes": ["posts:write"], "rateLimitPerHour": 5])
        #expect(try await world.check(all.key).headers[.xKeyScopes] == "posts:read posts:write")
        try await world.change("production", to: KeyPolicySpec(scopes: ["posts:read", "analytics:*"], rateLimitPerHour: 3))
        #expect(try await world.check(all.key).headers[.xKeyScopes] == "analytics:read posts:read")
        #expect(try await world.check(some.key).headers[.xKeyScopes] == "")
        #expect(try await world.check(some.key).headers[.xRateLimitLimit] == "3")
        // Fixed at creation: the policy has no expiry any more, the key still has its own.
        world.clock.now = KeyWorld.start + .seconds(30 * 86_400)
        #expect(try await world.verify(all.key)?["code"]?.string == "EXPIRED")
    }

    @Test func `pages follow their cursor to the end`() async throws {
        let world = try await KeyWorld()
        for number in 0..<5 {
            world.clock.now = KeyWorld.start + .milliseconds(Int64(number))
            _ = try await world.create(["name": .string("key \(number)")])
        }
        var (names, cursor): ([String], String?) = ([], nil)
        repeat {
            var query = [(name: "limit", value: "2")]
            if let cursor { query.append((name: "cursor", value: cursor)) }
            let page = try #require(try await world.call(.get, KeyEndpoints.path, query: query).json)
            names += page["data"]?.array?.compactMap { $0["name"]?.string } ?? []
            cursor = page["nextCursor"]?.string
        } while cursor != nil
        #expect(names == ["key 4", "key 3", "key 2", "key 1", "key 0"])
    }
}
