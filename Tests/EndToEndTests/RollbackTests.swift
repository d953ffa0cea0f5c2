import TestSupport
import Testing
import Values

/// Returning past what an admin changed over HTTP, with a secret that only the state had.
@Suite(.serialized)
struct RollbackTests {
    private static let head = "version: 1\nworkspace: acme\nscopes: { \"posts:read\": Read }\n"
    private static let hook =
        head + "webhooks:\n  hook: { name: Hook, url: \"https://receiver.example/declared\", events: [POST_PUBLISHED] }\n"

    private func override(_ bench: Workbench) async throws {
        let runtime = try await bench.serve()
        let id = try #require(try await runtime.webhookIDs()["Hook"])
        let body: JSON = ["url": "https://receiver.example/overridden", "headers": ["Authorization": "Bearer given over HTTP"]]
        _ = try await runtime.admin.call(
            "PUT", "/api/integrations/webhooks/\(id)?override=true", headers: [("Content-Type", "application/json")], body: body.utf8
        ).expect(200)
        try await runtime.stop()
    }

    @Test func `a webhook that was removed with an override on it comes back as it was declared`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.hook)
        try await override(bench)
        try await bench.apply(Self.head)
        let returned = try await bench.run("rollback", "1", "--auto-approve")
        #expect(returned.code == 0, "\(returned.said)")
        #expect(returned.errors.contains("Returned to revision 1 as revision 3."))
        let path = try bench.folder.write(Self.hook, to: "manifest.yaml")
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 0)
        #expect(try await bench.succeed("export").output.contains("https://receiver.example/declared"))
    }

    @Test func `an override that an apply has undone does not come back`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.hook)
        try await override(bench)
        try await bench.apply(Self.hook)
        let returned = try await bench.run("rollback", "1", "--auto-approve")
        #expect(returned.code == 0, "\(returned.said)")
        #expect(returned.lastLine == "No changes.")
    }

    @Test func `an override in force is undone`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.hook)
        try await override(bench)
        let returned = try await bench.run("rollback", "1", "--auto-approve")
        #expect(returned.code == 0, "\(returned.said)")
        let path = try bench.folder.write(Self.hook, to: "manifest.yaml")
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 0)
    }

    @Test func `a secret that went with what was made over HTTP is named, and nothing is applied`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.head)
        let runtime = try await bench.serve()
        let config: JSON = ["authorizationUrl": "https://id.example/a", "tokenUrl": "https://id.example/t", "clientId": "c"]
        let made: JSON = [
            "name": "Posted", "type": "CUSTOM", "provider": "custom", "redirectUris": ["https://acme.example/callback"],
            "config": .object(
                JSONObject((config.object?.members ?? []).map { ($0.key, $0.value) } + [("clientSecret", "given over HTTP")])),
        ]
        _ = try await runtime.admin.post("/api/integrations", made).expect(201)
        try await runtime.stop()
        // The manifest takes it over as a public client, so the secret goes.
        let taken =
            Self.head + """
                integrations:
                  posted:
                    name: Posted
                    type: CUSTOM
                    provider: custom
                    redirectUris: [https://acme.example/callback]
                    config: { authorizationUrl: https://id.example/a, tokenUrl: https://id.example/t, clientId: c }

                """
        try await bench.apply(taken)
        let refused = try await bench.run("rollback", "1", "--auto-approve")
        #expect(refused.code == 1, "\(refused.said)")
        #expect(refused.errors.contains("acme/integration.posted config.clientSecret"), "\(refused.said)")
        #expect(refused.errors.contains("nothing was applied"))
        #expect(try await bench.run("plan", "manifest.yaml", "--detailed-exitcode").code == 0)
    }
}
