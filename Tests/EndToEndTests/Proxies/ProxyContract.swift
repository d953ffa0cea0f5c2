import Curl
import Foundation
import Spec
import TestSupport
import Testing
import Values

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

    /// What is protected: it answers what it saw.
    static func upstream() async throws -> ScriptedReceiver {
        try await ScriptedReceiver.start { request in
            let seen = seen(
                method: request.method, target: request.path, key: request.header("X-Key-Id") ?? "",
                scopes: request.header("X-Key-Scopes") ?? "", workspace: request.header("X-Workspace-Id") ?? "",
                credentials: [request.header("X-API-Key") ?? "", request.header("Authorization") ?? ""])
            return .respond(200, body: Array(seen.utf8))
        }
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
        #expect(refused.json["code"] == "insufficient_scope")
        try await same(refused, as: runtime, "?scope=posts:write", [("X-API-Key", key)])
        #expect(refused.header("Retry-After") == nil)

        // 401: no key, one that nobody made, and two at once.
        let unaccepted: [(code: JSON, headers: [(name: String, value: String)])] = [
            ("api_key_missing", []), ("api_key_invalid", [("X-API-Key", "sk_live_nonsense")]),
            ("api_key_conflict", [("X-API-Key", key), ("Authorization", "Bearer sk_live_nonsense")]),
        ]
        for (code, headers) in unaccepted {
            let unknown = try await front.call("GET", "/", headers: headers)
            #expect(unknown.status == 401)
            #expect(unknown.json["code"] == code)
            try await same(unknown, as: runtime, "?scope=posts:read", headers)
            #expect(unknown.header("X-RateLimit-Remaining") == nil)
        }

        // 429: the third call is the last one.
        let last = try await front.call("GET", "/", headers: [("X-API-Key", key)])
        #expect(last.status == 200)
        #expect(last.header("X-RateLimit-Remaining") == "0")
        let limited = try await front.call("GET", "/", headers: [("X-API-Key", key)])
        #expect(limited.status == 429)
        #expect(limited.json["code"] == "rate_limit_exceeded")
        try await same(limited, as: runtime, "?scope=posts:read", [("X-API-Key", key)])
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
        let revoked = try await front.call("GET", "/", headers: [("X-API-Key", free)])
        #expect(revoked.status == 401)
        #expect(revoked.json["code"] == "api_key_revoked")
        try await same(revoked, as: runtime, "?scope=posts:read", [("X-API-Key", free)])

        // Behind loopback alone, as shipped.
        let elsewhere = API(url: front.url.replacing("127.0.0.1", with: "127.0.0.2"))
        await #expect(throws: TransferError.self) { try await elsewhere.get("/") }
    }

    /// A denial has the status, the body and the challenge with which the key check itself answers.
    private static func same(
        _ answer: Answer, as runtime: ServingRuntime, _ query: String, _ headers: [(name: String, value: String)]
    ) async throws {
        let check = try await runtime.anybody.call("GET", "/auth/check\(query)", headers: headers)
        #expect(answer.status == check.status)
        #expect(answer.json == check.json, "\(answer.text)")
        #expect(answer.header("Content-Type") == check.header("Content-Type"))
        #expect(
            answer.headers.filter { $0.name.lowercased() == "www-authenticate" }.map(\.value)
                == [check.header("WWW-Authenticate")].compactMap { $0 })
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
