import CLI
import Foundation
import Spec
import Store
import TestSupport
import Testing

struct RollbackAndDriftTests {
    private let head = "version: 1\nworkspace: acme\n"
    private func hook(_ name: String, _ url: String) -> String {
        "webhooks:\n  \(name): { name: Hook, url: \"https://example.com/\(url)\", events: [POST_PUBLISHED] }\n"
    }

    private func specs(_ world: TestWorld) async throws -> [String] {
        let store = try Store(path: world.state, keyring: nil)
        return try await store.read { try $0.resources(in: "acme") }.map { "\($0.address.local) \($0.id) \($0.specText)" }.sorted()
    }

    @Test func `a rollback undoes changes, creations, deletions and moves, and keeps identities`() async throws {
        let world = TestWorld()
        let path = try world.write(head + "scopes: { a: One, b: Two }\n" + hook("old", "1"))
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        let first = try await specs(world)
        _ = try world.write(
            head + "scopes: { a: Changed, c: New }\n" + hook("new", "2") + "moved: [{ from: webhook.old, to: webhook.new }]\n")
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        _ = try world.write(head + "scopes: { a: Again }\n" + hook("newer", "3") + "moved: [{ from: webhook.new, to: webhook.newer }]\n")
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        #expect(try await world.run("rollback", "1").status == .failure)
        let result = try await world.run("rollback", "1", "--auto-approve")
        #expect(result.status == .success, "\(result.errors)")
        let second = try await specs(world)
        // The scope that came back is a new row; everything else is what it was.
        func withoutB(_ lines: [String]) -> [String] { lines.filter { !$0.hasPrefix("scope.b ") } }
        #expect(withoutB(second) == withoutB(first))
        #expect(second.count == first.count)
        #expect(try await world.run("rollback", "1", "--auto-approve").output == "No changes.\n")
        #expect(try await world.run("rollback", "99", "--auto-approve").status == .failure)
    }

    @Test func `drift names what was changed over HTTP, by whom and when`() async throws {
        let world = TestWorld()
        let path = try world.write(head + hook("w", "declared"))
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        #expect(try await world.run("drift", "--detailed-exitcode").output == "No drift.\n")
        let store = try Store(path: world.state, keyring: nil)
        let id = try #require(WebhookID(try await store.read { try $0.resources(in: "acme") }[0].id))
        try await store.write { writing in
            guard var record = try writing.webhook(id) else { return }
            record.spec.url = "https://example.com/overridden"
            try writing.updateWebhook(id, spec: record.spec, clearsDisabled: false, at: TestWorld.now + .seconds(60), by: "admin")
        }
        let drift = try await world.run("drift", "--detailed-exitcode")
        #expect(drift.status == .changes)
        #expect(drift.output.contains("by admin at 2026-09-21T14:14:20Z"))
        #expect(drift.output.contains("~ url = \"https://example.com/declared\" -> \"https://example.com/overridden\""))
        let json = try JSON(parsing: try await world.run("drift", "--format", "json").output)
        #expect(json["resource_drift"]?.array?.first?["address"] == "webhook.w")
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        #expect(try await world.run("drift").output == "No drift.\n")
    }
}
