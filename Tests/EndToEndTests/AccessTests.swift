import Foundation
import Spec
import TestSupport
import Testing
import Values

/// Who a request comes from and what an API key opens, asked of a running `serve`.
@Suite(.serialized)
struct AccessTests {
    private static let manifest = """
        version: 1
        workspace: acme
        scopes:
          posts:read: Read posts
          events:write: Send events
        keyPolicies:
          office: { scopes: ["*"], allowedCIDRs: [203.0.113.0/24] }
        """

    /// The status of a check with an `X-Forwarded-For`: by the fast path, and by the route, which takes what the fast path does not.
    private func statuses(_ runtime: ServingRuntime, _ key: String, forwardedFor: [String]) async throws -> [Int] {
        var headers = [("X-API-Key", key)]
        headers += forwardedFor.map { ("X-Forwarded-For", $0) }
        let fast = try await runtime.anybody.call("GET", "/auth/check", headers: headers)
        let routed = try await runtime.anybody.call("PUT", "/auth/check", headers: headers)
        return [fast.status, routed.status]
    }

    @Test func `X-Forwarded-For counts as far as trusted proxies wrote it`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.manifest)
        let runtime = try await bench.serve("--trusted-proxy", "127.0.0.1/32", "--trusted-proxy", "198.51.100.0/24")
        let key = try await runtime.createKey("office", policy: "office").key
        let cases: [(forwarded: [String], status: Int)] = [
            ([], 403), (["203.0.113.9"], 200), (["203.0.113.9", "198.51.100.7"], 200), (["203.0.113.9, 198.51.100.7"], 200),
            // The nearest hop that is no proxy of ours is the client, whatever stands to its left.
            (["203.0.113.9, 192.0.2.1"], 403), (["192.0.2.1, 203.0.113.9"], 200), (["rubbish"], 403), (["203.0.113.9,"], 200), ([""], 403),
            (["::ffff:203.0.113.9"], 200),
        ]
        for (forwarded, status) in cases {
            #expect(try await statuses(runtime, key, forwardedFor: forwarded) == [status, status], "\(forwarded)")
        }
        try await runtime.stop()
    }

    @Test func `X-Forwarded-For of a sender that is no trusted proxy counts for nothing`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.manifest)
        let runtime = try await bench.serve("--trusted-proxy", "198.51.100.0/24")
        let key = try await runtime.createKey("office", policy: "office").key
        #expect(try await statuses(runtime, key, forwardedFor: ["203.0.113.9"]) == [403, 403])
        try await runtime.stop()
    }

    @Test func `events are taken by API key with the scope, within its limit, and by no other`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.manifest)
        let runtime = try await bench.serve()
        try await waitOutHourEdge(5)
        let writer = try await runtime.createKey("writer", scopes: ["events:write"], perHour: 2).key
        let reader = try await runtime.createKey("reader", scopes: ["posts:read"]).key
        func send(_ headers: [(name: String, value: String)], id: String) async throws -> Answer {
            try await runtime.anybody.call(
                "POST", "/api/events", headers: headers + [("Content-Type", "application/json")],
                body: Array(#"{"event":"POST_PUBLISHED","data":{"postId":"p"},"id":"\#(id)"}"#.utf8))
        }
        let first = try await send([("X-API-Key", writer)], id: "1").expect(202)
        #expect(first.header("X-RateLimit-Limit") == "2")
        #expect(first.header("X-RateLimit-Remaining") == "1")
        let event = try await runtime.admin.get("/api/events/\(first.json["id"]?.string ?? "")").expect(200)
        #expect(event.json["workspaceId"]?.string == "acme")
        let second = try await send([("Authorization", "Bearer \(writer)")], id: "2").expect(202)
        #expect(second.header("RateLimit")?.contains("r=0") == true)
        let limited = try await send([("X-API-Key", writer)], id: "3").expect(429)
        #expect(limited.header("Retry-After") != nil)
        #expect(limited.json["code"]?.string == "rate_limit_exceeded")
        #expect(try await send([("X-API-Key", reader)], id: "4").expect(403).json["code"]?.string == "insufficient_scope")
        #expect(
            try await send([("X-API-Key", writer), ("Authorization", "Bearer \(reader)")], id: "5").expect(401).json["code"]?.string
                == "api_key_conflict")
        #expect(try await send([("X-API-Key", "sk_live_x")], id: "6").expect(401).json["code"]?.string == "api_key_invalid")
        #expect(try await send([], id: "7").expect(401).json["code"]?.string == "api_key_missing")
        // A key sends events and reads none.
        #expect(try await runtime.anybody.call("GET", "/api/events", headers: [("X-API-Key", writer)]).status == 401)
        #expect(try await runtime.admin.get("/api/events").json["data"]?.array?.count == 2)
        try await runtime.stop()
    }

    @Test func `RECONCILE_ALLOW_NETWORKS opens networks as --allow-network does`() async throws {
        for (networks, isOpen) in [("10.0.0.0/8, 127.0.0.0/8", true), ("10.0.0.0/8", false)] {
            let bench = try Workbench(["RECONCILE_ALLOW_NETWORKS": networks])
            try await bench.apply(Self.manifest)
            let port = try await freePort()
            let process = try bench.start(["serve", "--listen", "127.0.0.1:\(port)"])
            let runtime = ServingRuntime(process: process, port: port, token: try bench.token())
            try await runtime.isReady(within: Workbench.readiness)
            let answer = try await runtime.admin.post(
                "/api/integrations/webhooks", ["name": "Local", "url": "http://127.0.0.1:9/", "events": ["POST_PUBLISHED"]])
            #expect(answer.status == (isOpen ? 201 : 422), "\(networks): \(answer.text)")
            try await runtime.stop()
        }
    }

    @Test func `the limits of connections are settings, and a wrong one is wrong usage`() async throws {
        let bench = try Workbench()
        for wrong in [["--header-timeout", "soon"], ["--body-timeout", "1ms"], ["--idle-timeout", "9d"], ["--max-connections", "0"]] {
            let process = try bench.start(["serve"] + wrong)
            #expect(try await process.ended().code == 64, "\(wrong)\n\(process.said)")
        }
        let runtime = try await bench.serve("--header-timeout", "200ms", "--max-connections", "50")
        let text = try await dribble("GET /heal", port: runtime.port)
        #expect(text.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        try await runtime.stop()
    }

    /// Sends a part of a request and gives what comes until the connection is closed.
    private func dribble(_ text: String, port: Int) async throws -> String {
        let python = try RunningProcess(
            "/usr/bin/env",
            [
                "python3", "-c",
                "import socket,sys; s=socket.create_connection(('127.0.0.1',\(port))); s.sendall(sys.argv[1].encode())\n"
                    + "while True:\n b=s.recv(4096)\n if not b: break\n sys.stdout.write(b.decode())",
                text,
            ], environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
        _ = try await python.ended(within: .seconds(10))
        return python.output
    }
}
