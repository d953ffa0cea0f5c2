import Foundation
import Spec
import TestSupport
import Testing

/// What every shipped recipe owes its users, whatever its proxy makes of the key check's answers.
///
/// The upstream behind the proxy answers with `seen(…)`: one line about the request that reached it.
enum ProxyContract {
    static let manifest = """
        version: 1
        workspace: acme
        scopes:
          posts:read: Read posts
          posts:write: Write posts
        """

    static func seen(method: String, target: String, key: String, scopes: String, workspace: String, credentials: [String]) -> String {
        "\(method) \(target) key=\(key) scopes=\(scopes) workspace=\(workspace) credentials=\(credentials.map { "[\($0)]" }.joined())\n"
    }

    /// 200, 401, 403 and 429 as the client is to see them, with the limits of a counted key.
    static func check(_ front: API, of runtime: ServingRuntime) async throws {
        try await waitOutHourEdge(20)
        let (id, key) = try await runtime.createKey("Reader", scopes: ["posts:read"], perHour: 3)

        // 200: the upstream sees who calls, whatever the client claims to be, and never the key.
        let passed = try await front.call(
            "GET", "/posts/1?page=2&scope=posts:write&deny_status=403",
            headers: [("X-API-Key", key), ("X-Key-Id", "key_forged"), ("X-Workspace-Id", "forged"), ("X-Required-Scope", "")])
        #expect(passed.status == 200, "\(passed.text)")
        let target = "/posts/1?page=2&scope=posts:write&deny_status=403"
        #expect(
            passed.text == seen(method: "GET", target: target, key: id, scopes: "posts:read", workspace: "acme", credentials: ["", ""]))
        #expect(passed.header("X-RateLimit-Limit") == "3")
        #expect(passed.header("X-RateLimit-Remaining") == "2")
        #expect(passed.header("X-RateLimit-Reset")?.hasSuffix("Z") == true)
        #expect(passed.header("RateLimit")?.contains("r=2") == true)
        #expect(passed.header("RateLimit-Policy")?.contains("q=3") == true)
        let bearer = try await front.call("GET", "/", headers: [("Authorization", "Bearer \(key)")])
        #expect(bearer.status == 200)

        // 403: the method asks for a scope that the key lacks; it costs nothing.
        let refused = try await front.call("POST", "/posts", headers: [("X-API-Key", key)], body: Array("{}".utf8))
        #expect(refused.status == 403)
        #expect(refused.json["statusCode"]?.integer == 403)
        #expect(refused.header("Retry-After") == nil)

        // 401: no key, and one that nobody made.
        for headers in [[], [(name: "X-API-Key", value: "sk_live_nonsense")]] {
            let unknown = try await front.call("GET", "/", headers: headers)
            #expect(unknown.status == 401)
            #expect(unknown.json["statusCode"]?.integer == 401)
            #expect(unknown.header("X-RateLimit-Remaining") == nil)
        }

        // 429: the third call is the last one.
        let last = try await front.call("GET", "/", headers: [("X-API-Key", key)])
        #expect(last.status == 200)
        #expect(last.header("X-RateLimit-Remaining") == "0")
        let limited = try await front.call("GET", "/", headers: [("X-API-Key", key)])
        #expect(limited.status == 429)
        #expect(limited.header("X-RateLimit-Remaining") == "0")
        let reset = try #require(limited.header("X-RateLimit-Reset"))
        #expect(limited.json["message"]?.string == "Rate limit exceeded. Try again at \(reset)")
        let seconds = try #require(limited.header("Retry-After").flatMap { Int($0) })
        #expect((1...3_600).contains(seconds))

        // A key without limits has none to show.
        let (freeID, free) = try await runtime.createKey("Unlimited", scopes: ["posts:read", "posts:write"])
        let written = try await front.call("POST", "/posts", headers: [("X-API-Key", free)], body: Array("{}".utf8))
        #expect(written.status == 200)
        #expect(written.text.contains("key=\(freeID) "))
        #expect(written.header("X-RateLimit-Limit") == nil)

        // Revoked is refused by the next request.
        _ = try await runtime.admin.delete("/api/integrations/api-keys/\(freeID)").expect(204)
        #expect(try await front.call("GET", "/", headers: [("X-API-Key", free)]).status == 401)
    }

    /// A shipped recipe with its three addresses exchanged.
    static func recipe(_ name: String, reconcile: Int, upstream: Int, listen: Int) throws -> String {
        var recipe = try String(contentsOfFile: "\(packageRoot)/examples/proxies/\(name)", encoding: .utf8)
        for (written, used) in [("127.0.0.1:8080", reconcile), ("127.0.0.1:9000", upstream), ("127.0.0.1:8000", listen)] {
            #expect(recipe.contains(written), "\(name) no longer says \(written)")
            recipe = recipe.replacingOccurrences(of: written, with: "127.0.0.1:\(used)")
        }
        return recipe
    }
}
