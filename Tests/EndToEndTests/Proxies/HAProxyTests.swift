import Foundation
import Spec
import TestSupport
import Testing
import Values

/// The recipe that is shipped for HAProxy, on the real HAProxy with its Lua.
@Suite(.serialized, .enabled(if: Peer.haproxy.isExpected, "\(Peer.haproxy.absence)"))
struct HAProxyTests {
    @Test func `the recipe for HAProxy answers 200, 401, 403 and 429, and shows the limits to the client`() async throws {
        let bench = try Workbench()
        try await bench.apply(ProxyContract.manifest)
        let runtime = try await bench.serve("--trusted-proxy", "127.0.0.1/32")
        let upstream = try await ProxyContract.upstream()
        let (haproxy, front) = try await start(reconcile: runtime.port, upstream: upstream.port, in: bench.folder)
        try await ProxyContract.check(front, of: runtime)
        try await haproxy.stop()
        await upstream.stop()
        try await runtime.stop()
    }

    @Test func `without an answer from reconcile nothing passes`() async throws {
        let folder = TemporaryFolder("haproxy")
        let upstream = try await ProxyContract.upstream()
        let (haproxy, front) = try await start(reconcile: try await freePort(), upstream: upstream.port, in: folder)
        let answer = try await front.call("GET", "/", headers: [("X-API-Key", "sk_live_nonsense")])
        #expect(answer.status == 503)
        #expect(answer.json["code"] == "state_unavailable")
        #expect(answer.header("Retry-After") == "1")
        #expect(upstream.requests.isEmpty)
        try await haproxy.stop()
        await upstream.stop()
    }

    private func start(reconcile: Int, upstream: Int, in folder: TemporaryFolder) async throws -> (process: RunningProcess, front: API) {
        let listen = try await freePort()
        let script = "/etc/haproxy/reconcile.lua"
        let recipe = try ProxyContract.recipe("haproxy.cfg", reconcile: reconcile, upstream: upstream, listen: listen)
        #expect(recipe.contains(script))
        let configuration = try folder.write(
            recipe.replacing(script, with: "\(packageRoot)/examples/proxies/reconcile.lua"), to: "haproxy.cfg")
        let process = try RunningProcess(
            try Peer.haproxy.require(), ["-db", "-f", configuration], environment: ["PATH": "/usr/sbin:/usr/bin:/bin"])
        try await waitForPort(listen)
        return (process, API(url: "http://127.0.0.1:\(listen)"))
    }
}
