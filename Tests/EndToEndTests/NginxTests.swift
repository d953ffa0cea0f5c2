import Foundation
import Spec
import TestSupport
import Testing

/// The recipe that is shipped for nginx, on the real nginx: it must tell apart what `auth_request` blurs.
@Suite(.serialized, .enabled(if: Peer.nginx.isExpected, "\(Peer.nginx.absence)"))
struct NginxTests {
    private static let manifest = """
        version: 1
        workspace: acme
        scopes:
          posts:read: Read posts
          posts:write: Write posts
        """

    @Test func `the recipe answers 200, 401, 403 and 429, and shows the limits to the client`() async throws {
        try await waitOutHourEdge(20)
        let bench = try Workbench()
        try await bench.apply(Self.manifest)
        let runtime = try await bench.serve("--trusted-proxy", "127.0.0.1/32")
        let front = try await startNginx(for: runtime.port, in: bench.folder)
        let (id, key) = try await runtime.createKey("Reader", scopes: ["posts:read"], perHour: 3)

        // 200: the upstream sees who calls, whatever the client claims to be, and never the key.
        let passed = try await front.api.call(
            "GET", "/posts/1?page=2", headers: [("X-API-Key", key), ("X-Key-Id", "key_forged"), ("X-Required-Scope", "")])
        #expect(passed.status == 200, "\(passed.text)")
        #expect(passed.text == "GET /posts/1?page=2 key=\(id) scopes=posts:read workspace=acme credential=[][]\n")
        #expect(passed.header("X-RateLimit-Limit") == "3")
        #expect(passed.header("X-RateLimit-Remaining") == "2")
        #expect(passed.header("X-RateLimit-Reset")?.hasSuffix("Z") == true)
        #expect(passed.header("RateLimit")?.contains("r=2") == true)
        #expect(passed.header("RateLimit-Policy")?.contains("q=3") == true)
        let bearer = try await front.api.call("GET", "/", headers: [("Authorization", "Bearer \(key)")])
        #expect(bearer.status == 200)

        // 403: the method asks for a scope that the key lacks; it costs nothing.
        let refused = try await front.api.call("POST", "/posts", headers: [("X-API-Key", key)], body: Array("{}".utf8))
        #expect(refused.status == 403)
        #expect(refused.json["statusCode"]?.integer == 403)
        #expect(refused.header("Retry-After") == nil)

        // 401: no key, and one that nobody made.
        for headers in [[], [(name: "X-API-Key", value: "sk_live_nonsense")]] {
            let unknown = try await front.api.call("GET", "/", headers: headers)
            #expect(unknown.status == 401)
            #expect(unknown.json["statusCode"]?.integer == 401)
            #expect(unknown.header("X-RateLimit-Remaining") == nil)
        }

        // 429: the third call is the last one.
        let last = try await front.api.call("GET", "/", headers: [("X-API-Key", key)])
        #expect(last.status == 200)
        #expect(last.header("X-RateLimit-Remaining") == "0")
        let limited = try await front.api.call("GET", "/", headers: [("X-API-Key", key)])
        #expect(limited.status == 429)
        #expect(limited.header("X-RateLimit-Remaining") == "0")
        let reset = try #require(limited.header("X-RateLimit-Reset"))
        #expect(limited.json["message"]?.string == "Rate limit exceeded. Try again at \(reset)")
        let seconds = try #require(limited.header("Retry-After").flatMap { Int($0) })
        #expect((1...3_600).contains(seconds))

        // Nothing of the inner location is to be had from outside.
        #expect(try await front.api.get("/_key").status == 404)
        try await front.process.stop()
        try await runtime.stop()
    }

    @Test func `a revoked key is refused by the next request through nginx`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.manifest)
        let runtime = try await bench.serve()
        let front = try await startNginx(for: runtime.port, in: bench.folder)
        let (id, key) = try await runtime.createKey("Reader")
        #expect(try await front.api.call("GET", "/", headers: [("X-API-Key", key)]).status == 200)
        _ = try await runtime.admin.delete("/api/integrations/api-keys/\(id)").expect(204)
        #expect(try await front.api.call("GET", "/", headers: [("X-API-Key", key)]).status == 401)
        try await front.process.stop()
        try await runtime.stop()
    }

    /// nginx with the shipped file, its three addresses exchanged, and an upstream that tells what it got.
    private func startNginx(for reconcile: Int, in folder: TemporaryFolder) async throws -> (process: RunningProcess, api: API) {
        let nginx = try Peer.nginx.require()
        let listen = try await freePort()
        let upstream = try await freePort()
        var recipe = try String(contentsOfFile: "\(packageRoot)/examples/proxies/nginx.conf", encoding: .utf8)
        for (written, used) in [("127.0.0.1:8080", reconcile), ("127.0.0.1:9000", upstream), ("127.0.0.1:8000", listen)] {
            #expect(recipe.contains("\(written);"), "the recipe no longer says \(written)")
            recipe = recipe.replacingOccurrences(of: "\(written);", with: "127.0.0.1:\(used);")
        }
        try folder.write(recipe, to: "recipe.conf")
        let seen =
            "$request_method $request_uri key=$http_x_key_id scopes=$http_x_key_scopes workspace=$http_x_workspace_id"
            + " credential=[$http_x_api_key][$http_authorization]"
        let configuration = try folder.write(
            """
            daemon off;
            worker_processes 1;
            pid \(folder.path)/nginx.pid;
            error_log \(folder.path)/nginx.log info;
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path \(folder.path)/nginx-body;
                proxy_temp_path \(folder.path)/nginx-proxy;
                fastcgi_temp_path \(folder.path)/nginx-fastcgi;
                uwsgi_temp_path \(folder.path)/nginx-uwsgi;
                scgi_temp_path \(folder.path)/nginx-scgi;
                include \(folder.path)/recipe.conf;
                server { listen 127.0.0.1:\(upstream); location / { return 200 "\(seen)\\n"; } }
            }
            """, to: "nginx.conf")
        let process = try RunningProcess(
            nginx, ["-p", folder.path, "-e", folder.file("nginx.log"), "-c", configuration],
            environment: ["PATH": "/usr/sbin:/usr/bin:/bin"])
        try await waitForPort(listen)
        return (process, API(url: "http://127.0.0.1:\(listen)"))
    }
}

extension RunningProcess {
    /// Asks for an orderly end and waits for it.
    func stop() async throws {
        signal(SIGTERM)
        _ = try await ended(within: .seconds(10))
    }
}
