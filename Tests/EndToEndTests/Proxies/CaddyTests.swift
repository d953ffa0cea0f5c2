import Foundation
import TestSupport
import Testing

/// The recipe that is shipped for Caddy, on the real Caddy.
@Suite(.serialized, .enabled(if: Peer.caddy.isExpected, "\(Peer.caddy.absence)"))
struct CaddyTests {
    @Test func `the recipe for Caddy answers 200, 401, 403 and 429, and shows the limits to the client`() async throws {
        let bench = try Workbench()
        try await bench.apply(ProxyContract.manifest)
        let runtime = try await bench.serve("--trusted-proxy", "127.0.0.1/32")
        let upstream = try await ProxyContract.upstream()
        let listen = try await freePort()
        let recipe = try ProxyContract.recipe("Caddyfile", reconcile: runtime.port, upstream: upstream.port, listen: listen)
        let configuration = try bench.folder.write("{\n\tadmin off\n\tauto_https off\n}\n" + recipe, to: "Caddyfile")
        let caddy = try RunningProcess(
            try Peer.caddy.require(), ["run", "--config", configuration, "--adapter", "caddyfile"],
            environment: ["PATH": "/usr/bin:/bin", "HOME": bench.folder.path])
        try await waitForPort(listen)
        try await ProxyContract.check(API(url: "http://127.0.0.1:\(listen)"), of: runtime)
        try await caddy.stop()
        await upstream.stop()
        try await runtime.stop()
    }
}
