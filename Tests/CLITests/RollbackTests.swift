import CLI
import Foundation
import Spec
import Store
import TestSupport
import Testing

struct RollbackTests {
    private let head = "version: 1\nworkspace: acme\n"
    private func hook(_ name: String, _ url: String) -> String {
        "webhooks:\n  \(name): { name: Hook, url: \"https://example.com/\(url)\", events: [POST_PUBLISHED] }\n"
    }

    private func specs(_ world: TestWorld) async throws -> [String] {
        let store = try Store(state: world.state, keyring: nil)
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
}
