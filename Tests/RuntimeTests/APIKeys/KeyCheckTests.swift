import HTTPTypes
import Store
import Testing
import Values

@testable import IntegrationRuntime

struct KeyCheckTests {
    @Test func `no key, two keys and keys that are none are 401 with a challenge`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a"]).key
        let unknown = KeyFormat.generate(prefix: "sk_live").reveal()
        func code(_ headers: HTTPFields) async throws -> String? {
            let reply = try await world.call(.post, "/auth/check", headers: headers)
            #expect(reply.status == .unauthorized)
            #expect(reply.headers[.wwwAuthenticate]?.hasPrefix("Bearer realm=") == true)
            return reply.json?["code"]?.string
        }
        #expect(try await code([:]) == "api_key_missing")
        #expect(try await code([.authorization: "Basic abc"]) == "api_key_missing")
        #expect(try await code([.authorization: "Bearer \(key)", .xAPIKey: unknown]) == "api_key_conflict")
        #expect(try await code([.authorization: "Bearer \(unknown)"]) == "api_key_invalid")
        #expect(try await code([.xAPIKey: "sk_live_abc"]) == "api_key_invalid")
        #expect(try await code([.xAPIKey: key + "x"]) == "api_key_invalid")
        let same = try await world.call(.get, "/auth/check", headers: [.authorization: "bearer  \(key)", .xAPIKey: key])
        #expect(same.status == .ok)
    }

    @Test func `scopes of the query and the header are united, and a client's own path has no say`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "policy": "production", "scopes": ["posts:read"]]).key
        #expect(try await world.check(key, scopes: ["posts:read"]).status == .ok)
        let refused = try await world.check(key, scopes: ["posts:read", "posts:write"])
        #expect(refused.status == .forbidden)
        #expect(refused.headers[.wwwAuthenticate]?.contains(#"error="insufficient_scope", scope="posts:write""#) == true)
        #expect(refused.headers[.xRateLimitLimit] == nil)
        let header = try await world.call(
            .get, "/auth/check", query: [(name: "scope", value: "posts:read")],
            headers: [.xAPIKey: key, .xRequiredScope: "posts:read, analytics:read"])
        #expect(header.status == .forbidden)
        let path = try await world.call(
            .delete, "/auth/check/anything", query: [(name: "scope", value: "admin")], headers: [.xAPIKey: key])
        #expect(path.status == .ok)
        #expect(path.headers[.xRateLimitRemaining] == "8", "a refusal for a scope counts nothing")
    }

    @Test func `a quote in a scope cannot break out of the challenge`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a"]).key
        let reply = try await world.check(key, scopes: ["a\", x=\"y"])
        #expect(reply.status == .forbidden)
        #expect(reply.headers[.wwwAuthenticate] == #"Bearer realm="reconcile", error="insufficient_scope""#)
    }

    @Test(arguments: [
        ("203.0.113.9", true), ("203.0.114.9", false), ("2001:db8::1", true), ("2001:db9::1", false), ("::ffff:203.0.113.9", true),
        (nil, false),
    ])
    func `an allowed network lets its addresses in and no other`(address: String?, passes: Bool) async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "policy": "office"]).key
        #expect(key.hasPrefix("acme_"))
        let reply = try await world.check(key, address: address)
        #expect(reply.status == (passes ? .ok : .forbidden))
        if !passes { #expect(reply.json?["code"]?.string == "address_forbidden") }
    }

    @Test func `the headers and body of a pass and of a denial are those of the contract`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "policy": "production"]).key
        world.clock.now = KeyWorld.start + .milliseconds(1500)
        let pass = try await world.check(key)
        #expect(pass.headers[.xRateLimitLimit] == "10")
        #expect(pass.headers[.xRateLimitRemaining] == "9")
        #expect(pass.headers[.xRateLimitReset] == "2026-03-01T13:00:00Z")
        #expect(pass.headers[.rateLimitPolicy] == #""hourly";q=10;w=3600, "daily";q=100;w=86400"#)
        #expect(pass.headers[.rateLimit] == #""hourly";r=9;t=3599, "daily";r=99;t=43199"#)
        #expect(pass.headers[.retryAfter] == nil)
        for _ in 0..<9 { #expect(try await world.check(key).status == .ok) }
        let denied = try await world.check(key)
        #expect(denied.status == .tooManyRequests)
        #expect(denied.headers[.retryAfter] == "3599")
        #expect(denied.headers[.xRateLimitRemaining] == "0")
        #expect(denied.json?["statusCode"]?.integer == 429)
        #expect(denied.json?["message"]?.string == "Rate limit exceeded. Try again at 2026-03-01T13:00:00Z")
        let forNginx = try await world.check(key, denyStatus: "403")
        #expect(forNginx.status == .forbidden)
        #expect(forNginx.headers[.xCheckStatus] == "429")
        #expect(forNginx.headers[.retryAfter] == "3599")
        #expect(try await world.check(key, denyStatus: "200").status == .unprocessableContent)
        world.clock.now = KeyWorld.start + .seconds(3600)
        #expect(try await world.check(key).headers[.rateLimit] == #""hourly";r=9;t=3600, "daily";r=89;t=39600"#)
    }

    @Test func `verify tells every reason with 200`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "policy": "production", "metadata": ["plan": "pro"]])
        let valid = try #require(try await world.verify(key.key, ["scopes": ["posts:read"], "cost": 3]))
        #expect(valid["valid"]?.bool == true)
        #expect(valid["code"]?.string == "VALID")
        #expect(valid["keyId"]?.string == key.id)
        #expect(valid["metadata"]?["plan"]?.string == "pro")
        #expect(valid["rateLimits"]?.array?.first?["remaining"]?.integer == 7)
        func code(_ extra: JSON) async throws -> String? { try await world.verify(key.key, extra)?["code"]?.string }
        #expect(try await code(["cost": 8]) == "RATE_LIMITED")
        #expect(try await code(["cost": 0]) == "VALID")
        #expect(try await code(["cost": 7]) == "VALID")
        #expect(try await code(["scopes": ["analytics:read"]]) == "INSUFFICIENT_SCOPE")
        #expect(try await world.verify("nonsense")?["code"]?.string == "MALFORMED")
        #expect(try await world.verify(KeyFormat.generate(prefix: "sk_live").reveal())?["code"]?.string == "NOT_FOUND")
        let office = try await world.create(["name": "b", "policy": "office"]).key
        #expect(try await world.verify(office, ["ipAddress": "203.0.113.1"])?["code"]?.string == "VALID")
        #expect(try await world.verify(office, ["ipAddress": "10.0.0.1"])?["code"]?.string == "IP_FORBIDDEN")
    }

    @Test func `two keys that only look alike are two, and so are two scopes`() {
        #expect(PresentedKey(authorizations: ["Bearer sk_K"], keys: ["sk_\u{212a}"]) == .conflicting)
        #expect(PresentedKey(authorizations: ["Bearer sk_K"], keys: ["sk_K"]) == .one(Array("sk_K".utf8)))
        let record = APIKeyRecord(
            id: APIKeyID(at: KeyWorld.start), workspace: "acme", name: "a", hash: [], hint: "", scopes: ["posts:K"],
            createdAt: KeyWorld.start, createdBy: "ann")
        let grant = KeyGrant(record, policy: nil, declared: ["posts:K"])
        #expect(KeyCheck.refusal(of: grant, scopes: ["posts:K"], from: nil, at: KeyWorld.start) == nil)
        #expect(KeyCheck.refusal(of: grant, scopes: ["posts:\u{212a}"], from: nil, at: KeyWorld.start) == .insufficientScope)
    }

    @Test func `a key whose policy is gone is out of use`() {
        let record = APIKeyRecord(
            id: APIKeyID(at: KeyWorld.start), workspace: "acme", name: "a", hash: [], hint: "", policy: "gone",
            createdAt: KeyWorld.start, createdBy: "ann")
        let grant = KeyGrant(record, policy: nil, declared: ["posts:read"])
        #expect(grant.scopes == [])
        #expect(KeyCheck.refusal(of: grant, scopes: [], from: nil, at: KeyWorld.start) == .disabled)
    }

    @Test func `an older record never brings a revoked key back`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a"])
        let id = try #require(APIKeyID(key.id))
        let before = try #require(try await world.store.read { try $0.apiKey(id, in: nil) })
        #expect(try await world.call(.delete, "\(KeyEndpoints.path)/\(key.id)").status == .noContent)
        // A reload that read the row before the revocation ends after it.
        world.table.apply(before)
        #expect(try await world.check(key.key).status == .unauthorized)
        try await world.refresh()
        #expect(try await world.verify(key.key)?["code"]?.string == "REVOKED")
    }

    @Test func `revoking while checks and reloads run refuses every check that begins after it`() async throws {
        let world = try await KeyWorld()
        let late = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<20 {
                let key = try await world.create(["name": .string("key \(number)"), "rateLimitPerHour": 1_000_000])
                group.addTask {
                    async let reloading: Void = { for _ in 0..<20 { try await world.refresh() } }()
                    async let before = world.check(key.key)
                    let revoked = try await world.call(.delete, "\(KeyEndpoints.path)/\(key.id)")
                    #expect(revoked.status == .noContent)
                    var passed = 0
                    for _ in 0..<20 where try await world.check(key.key).status == .ok { passed += 1 }
                    _ = try await before
                    try await reloading
                    return passed
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(late == 0)
    }

    @Test func `what another process revokes is refused after the next reload`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a"])
        let other = try Store(at: world.store.location, mode: .existing, keyring: nil)
        let id = try #require(APIKeyID(key.id))
        _ = try await other.write { try $0.revokeAPIKey(id, in: "acme", at: KeyWorld.start) }
        try await world.refresh()
        #expect(try await world.verify(key.key)?["code"]?.string == "REVOKED")
    }

    @Test func `uses are recorded to the minute`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a"])
        world.clock.now = KeyWorld.start + .seconds(90)
        for _ in 0..<3 { _ = try await world.check(key.key) }
        await KeyUseRecorder(table: world.table, store: world.store).flush()
        let shown = try await world.call(.get, "\(KeyEndpoints.path)/\(key.id)").json
        #expect(shown?["lastUsedAt"]?.string == "2026-03-01T12:01:00Z")
        #expect(world.table.drainUses().isEmpty)
    }

    @Test func `a thousand checks at once pass exactly as often as the limit says`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "rateLimitPerHour": 333])
        let passed = try await world.running {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<1000 { group.addTask { try await world.check(key.key).status == .ok } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        #expect(passed == 333)
    }
}
