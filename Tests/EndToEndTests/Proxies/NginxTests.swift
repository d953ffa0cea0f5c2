import Foundation
import TestSupport
import Testing

/// The recipe that is shipped for nginx, on the real nginx: it must tell apart what `auth_request` blurs.
@Suite(.serialized, .enabled(if: Peer.nginx.isExpected, "\(Peer.nginx.absence)"))
struct NginxTests {
    @Test func `the recipe for nginx answers 200, 401, 403 and 429, and shows the limits to the client`() async throws {
        let bench = try Workbench()
        try await bench.apply(ProxyContract.manifest)
        let runtime = try await bench.serve("--trusted-proxy", "127.0.0.1/32")
        let front = try await startNginx(for: runtime.port, in: bench.folder)
        try await ProxyContract.check(front.api, of: runtime)
        // Nothing of the inner location is to be had from outside.
        #expect(try await front.api.get("/_key").status == 404)
        try await front.process.stop()
        try await runtime.stop()
    }

    /// nginx with the shipped file, and as its upstream a second nginx server.
    private func startNginx(for reconcile: Int, in folder: TemporaryFolder) async throws -> (process: RunningProcess, api: API) {
        let listen = try await freePort()
        let upstream = try await freePort()
        try folder.write(
            try ProxyContract.recipe("nginx.conf", reconcile: reconcile, upstream: upstream, listen: listen), to: "recipe.conf")
        let seen = ProxyContract.seen(
            method: "$request_method", target: "$request_uri", key: "$http_x_key_id", scopes: "$http_x_key_scopes",
            workspace: "$http_x_workspace_id", credentials: ["$http_x_api_key", "$http_authorization"])
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
                server { listen 127.0.0.1:\(upstream); location / { return 200 "\(seen)"; } }
            }
            """, to: "nginx.conf")
        let process = try RunningProcess(
            try Peer.nginx.require(), ["-p", folder.path, "-e", folder.file("nginx.log"), "-c", configuration],
            environment: ["PATH": "/usr/sbin:/usr/bin:/bin"])
        try await waitForPort(listen)
        return (process, API(url: "http://127.0.0.1:\(listen)"))
    }
}
