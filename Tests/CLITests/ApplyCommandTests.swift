import CLI
import Foundation
import Spec
import Store
import TestSupport
import Testing
import Values

struct ApplyCommandTests {
    private let hook = "webhooks:\n  w: { name: W, url: https://example.com/hook, events: [POST_PUBLISHED] }\n"

    @Test func `without a terminal apply wants --auto-approve, and leaves nothing`() async throws {
        let world = TestWorld()
        let path = try world.write(start)
        let result = try await world.run("apply", path)
        #expect(result.status == .failure)
        #expect(result.errors.contains("--auto-approve"))
        #expect(try !world.hasState)
        #expect(try await world.run("apply", path, answer: "no").status == .failure)
        #expect(try await world.run("apply", path, answer: "yes").status == .success)
        #expect(try await world.run("apply", path).status == .success)
    }

    @Test func `generated secrets go to a private file or a terminal and nowhere else`() async throws {
        let world = TestWorld()
        let path = try world.write(start + hook)
        let out = world.folder.file("secrets.json")
        let result = try await world.run("apply", path, "--auto-approve", "--secrets-out", out)
        #expect(result.status == .success)
        #expect(!(result.output + result.errors).contains("whsec_"))
        let json = try JSON(parsing: String(contentsOfFile: out, encoding: .utf8))
        #expect(json["acme/webhook.w"]?.string?.hasPrefix("whsec_") == true)
        #expect(try FileManager.default.attributesOfItem(atPath: out)[.posixPermissions] as? Int == 0o600)
        let second = TestWorld()
        let piped = try await second.run("apply", second.write(start + hook), "--auto-approve")
        #expect(!(piped.output + piped.errors).contains("whsec_"))
        let third = TestWorld()
        let shown = try await third.run("apply", third.write(start + hook), "--auto-approve", isTerminal: true)
        #expect(shown.errors.contains("acme/webhook.w  whsec_"))
        #expect(!shown.output.contains("whsec_"))
    }

    @Test func `a saved plan is applied once and is stale then`() async throws {
        let world = TestWorld()
        let path = try world.write(start + hook)
        let file = world.folder.file("plan.json")
        #expect(try await world.run("plan", path, "--out", file).status == .success)
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        #expect(try await world.run("apply", file, "--auto-approve").status == .success)
        #expect(try await world.run("plan", path).output == "No changes.\n")
        let again = try await world.run("apply", file, "--auto-approve")
        #expect(again.status == .stalePlan)
    }

    @Test func `a secret with another value makes a saved plan stale, an unchanged resource's too`() async throws {
        let world = TestWorld()
        let one = ["W": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
        let two = ["W": "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
        let declared = start + "webhooks:\n  w: { name: W, url: https://example.com, events: [POST_PUBLISHED], secret: { env: W } }\n"
        let path = try world.write(declared)
        let file = world.folder.file("plan.json")
        #expect(try await world.run("apply", path, "--auto-approve", environment: one).status == .success)
        _ = try world.write(declared.replacing("Read posts", with: "Read"))
        #expect(try await world.run("plan", path, "--out", file, environment: one).status == .success)
        let other = try await world.run("apply", file, "--auto-approve", environment: two)
        #expect(other.status == .stalePlan)
        #expect(other.errors.contains("webhook.w secret"))
        #expect(try await world.run("apply", file, "--auto-approve", environment: one).status == .success)
    }

    @Test func `a replaced signing secret signs on for the overlap that was asked for, and else not`() async throws {
        let world = TestWorld()
        let path = try world.write(
            start + "webhooks:\n  w: { name: W, url: https://example.com, events: [POST_PUBLISHED], secret: { env: W } }\n")
        func apply(_ secret: String, _ options: String...) async throws -> [String: Secret] {
            let result = try await world.run(
                ["apply", path, "--auto-approve"] + options, environment: ["W": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa\(secret)"])
            #expect(result.status == .success, "\(result.errors)")
            let store = try Store(state: world.state, keyring: Keyring(current: Secret(TestWorld.key)))
            return try await store.read { reading in
                try reading.secrets(of: reading.resources(in: "acme").first { $0.address.kind == .webhook }?.id ?? "")
            }
        }
        #expect(try await apply("AA").keys.sorted() == ["secret"])
        let overlapping = try await apply("BB", "--secret-overlap", "24h")
        let previous = try #require(overlapping["secret.previous"].flatMap(PreviousSecret.read))
        #expect(previous.secret == Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaAA"))
        #expect(previous.until == TestWorld.now + .seconds(86_400))
        #expect(try await apply("CC").keys.sorted() == ["secret"])
        #expect(try await world.run("apply", path, "--secret-overlap", "31d").status == .usage)
        #expect(try await world.run("apply", path, "--secret-overlap", "soon").status == .usage)
    }

    @Test func `a digest holds for the reviewed plan alone`() async throws {
        let world = TestWorld()
        let path = try world.write(start)
        let json = try JSON(parsing: try await world.run("plan", path, "--format", "json").output)
        let digest = try #require(json["digest"]?.string)
        _ = try world.write(start.replacing("Read posts", with: "Read"))
        #expect(try await world.run("apply", path, "--auto-approve", "--plan-digest", digest).status == .stalePlan)
        _ = try world.write(start)
        #expect(try await world.run("apply", path, "--auto-approve", "--plan-digest", digest).status == .success)
    }

    @Test func `deletions above --max-deletes are refused, and the message names the number that would do`() async throws {
        let world = TestWorld()
        let scopes = (0..<20).map { "  s\($0): Scope\n" }
        let head = "version: 1\nworkspace: acme\nscopes:\n"
        let path = try world.write(head + scopes.joined())
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        _ = try world.write(head + scopes.dropFirst(7).joined())
        let refused = try await world.run("apply", path, "--auto-approve")
        #expect(refused.status == .refused)
        #expect(refused.errors.contains("--max-deletes 35"))
        #expect(try await world.run("apply", path, "--auto-approve", "--max-deletes", "35").status == .success)
    }

    @Test func `what another owner declares is refused with 7`() async throws {
        let world = TestWorld()
        let theirs = try world.write(start.replacing("workspace: acme", with: "workspace: acme\nowner: them"), to: "theirs.yaml")
        let ours = try world.write(start.replacing("workspace: acme", with: "workspace: acme\nowner: us"), to: "ours.yaml")
        #expect(try await world.run("apply", theirs, "--auto-approve").status == .success)
        for command in ["plan", "apply"] {
            let result = try await world.run(command, ours)
            #expect(result.status == .ownedByAnother)
            #expect(result.errors.contains("owner `them`"))
        }
        #expect(try await world.run("apply", ours, "--auto-approve", "--take-ownership", "scope.posts:read").status == .success)
    }

    @Test func `a protected resource is refused after its block is gone`() async throws {
        let world = TestWorld()
        let other = "version: 1\nworkspace: acme\nscopes: { other: Other }\n"
        let path = try world.write(
            other + "webhooks:\n  w: { name: W, url: https://example.com, events: [POST_PUBLISHED], lifecycle: { preventDestroy: true } }\n"
        )
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        _ = try world.write(other)
        #expect(try await world.run("plan", path).status == .refused)
        #expect(try await world.run("apply", path, "--auto-approve").status == .refused)
    }

    @Test(.enabled(if: TestState.holder.isExpected, "\(TestState.holder.absence)"))
    func `a locked state is waited for and then ends with 5`() async throws {
        let world = TestWorld()
        let path = try world.write(start)
        try Store(state: world.state, keyring: nil).close()
        let holder = try await world.folder.state.hold()
        #expect(try await world.run("apply", path, "--auto-approve").status == .locked)
        try await holder.killNow()
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
    }

    @Test func `history tells who, when and what`() async throws {
        let world = TestWorld()
        #expect(try await world.run("apply", world.write(start), "--auto-approve").status == .success)
        let json = try JSON(parsing: try await world.run("history", "--format", "json").output)
        let entry = try #require(json["data"]?.array?.first)
        #expect(entry["revision"] == 1)
        #expect(entry["at"] == "2026-09-21T14:13:20Z")
        #expect(entry["actor"]?.string?.hasPrefix("ann@") == true)
        #expect(entry["commit"] == .null)
        #expect(entry["summary"] == "1 added, 0 changed, 0 destroyed")
        #expect(try await world.run("history", "2").status == .failure)
    }
}
