import Foundation
import TestSupport
import Testing
import Values

/// What an admin overrides over HTTP is drift until the next apply.
@Suite(.serialized)
struct DriftTests {
    private static let manifest = """
        version: 1
        workspace: acme
        integrations:
          crm:
            name: CRM
            type: CUSTOM
            provider: custom
            config: { authorizationUrl: "https://crm.example/authorize", tokenUrl: "https://crm.example/token", clientId: client }
        webhooks:
          posts: { name: Posts, url: "https://receiver.example/declared", events: [POST_PUBLISHED], secret: { env: HOOK_SECRET } }
        """

    @Test func `drift names what was changed over HTTP, by whom and when, and an apply takes it back`() async throws {
        let bench = try Workbench(["HOOK_SECRET": "whsec_ZTJlLXRlc3Qtc2VjcmV0LW9ubHktMzItYnl0ZXMhISE="])
        try await bench.apply(Self.manifest)
        #expect(try await bench.run("drift", "--detailed-exitcode").output == "No drift.\n")
        let runtime = try await bench.serve()
        let webhook = try #require(try await runtime.webhookIDs()["Posts"])
        let integrations = try await runtime.admin.get("/api/integrations").expect(200).json["data"]?.array
        let integration = try #require(integrations?.first?["id"]?.string)
        // What is refused, and what acts at run time, is no drift.
        _ = try await put(runtime, "webhooks/\(webhook)", ["url": "https://receiver.example/refused"]).expect(409)
        _ = try await put(runtime, "webhooks/\(webhook)", ["status": "ACTIVE"]).expect(200)
        #expect(try await bench.run("drift", "--detailed-exitcode").code == 0)

        let before = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        _ = try await put(runtime, "webhooks/\(webhook)?override=true", ["url": "https://receiver.example/overridden"]).expect(200)
        _ = try await put(runtime, "\(integration)?override=true", ["description": "Changed by hand"]).expect(200)
        let drift = try await bench.run("drift", "--detailed-exitcode")
        #expect(drift.code == 2, "\(drift.said)")
        #expect(drift.output.contains(#"~ url = "https://receiver.example/declared" -> "https://receiver.example/overridden""#))
        #expect(drift.output.contains(#"description = "Changed by hand""#), "\(drift.output)")
        let changes = drift.output.matches(of: /by end-to-end at ([0-9T:.Z-]+)/).compactMap { Timestamp(String($0.output.1)) }
        let after = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        #expect(changes.count == 2, "\(drift.output)")
        #expect(changes.allSatisfy { before <= $0 && $0 <= after })
        let json = try await bench.run("drift", "--format", "json").json
        #expect(json["resource_drift"]?.array?.compactMap { $0["address"]?.string }.sorted() == ["integration.crm", "webhook.posts"])

        try await bench.apply(Self.manifest)
        #expect(try await bench.run("drift", "--detailed-exitcode").output == "No drift.\n")
        #expect(
            try await runtime.admin.get("/api/integrations/webhooks/\(webhook)").expect(200).json["url"]?.string
                == "https://receiver.example/declared")
        try await runtime.stop()
    }

    private func put(_ runtime: ServingRuntime, _ path: String, _ body: JSON) async throws -> Answer {
        try await runtime.admin.call(
            "PUT", "/api/integrations/\(path)", headers: [("Content-Type", "application/json")], body: body.utf8)
    }
}
