import CLI
import Foundation
import Spec
import TestSupport
import Testing

struct PlanCommandTests {
    @Test func `a plan ends with its totals, and makes no state`() async throws {
        let world = TestWorld()
        let result = try await world.run("plan", world.write(start))
        #expect(result.status == .success)
        #expect(result.lastLine == "Plan: 1 to add, 0 to change, 0 to destroy.")
        #expect(!world.exists("state.sqlite"))
    }

    @Test func `detailed exit codes tell changes from none in every format`() async throws {
        let world = TestWorld()
        let path = try world.write(start)
        for format in ["text", "json", "markdown"] {
            #expect(try await world.run("plan", path, "--detailed-exitcode", "--format", format).status == .changes)
        }
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        for format in ["text", "json", "markdown"] {
            #expect(try await world.run("plan", path, "--detailed-exitcode", "--format", format).status == .success)
        }
        #expect(try await world.run("plan", path).output == "No changes.\n")
    }

    @Test func `wrong manifests end with 3, on the side that the format asks for`() async throws {
        let world = TestWorld()
        let path = try world.write(start + "scops: {}\n")
        let text = try await world.run("plan", path)
        #expect(text.status == .invalidManifests)
        #expect(text.output.isEmpty)
        #expect(text.errors.contains("m.yaml:5:1: error: "))
        let json = try await world.run("plan", path, "--format", "json")
        #expect(json.status == .invalidManifests)
        #expect(try JSON(parsing: json.output)["valid"] == false)
    }

    @Test func `a path without a manifest is refused`() async throws {
        let world = TestWorld()
        #expect(try await world.run("plan", world.folder.file("nothing")).status == .refused)
        #expect(try await world.run("apply", world.folder.path, "--auto-approve").status == .refused)
    }

    @Test func `standard input is a manifest`() async throws {
        let world = TestWorld()
        let result = try await world.run("plan", "-", input: start)
        #expect(result.lastLine == "Plan: 1 to add, 0 to change, 0 to destroy.")
    }

    @Test func `a secret needs the key, and the message says how to make one`() async throws {
        let world = TestWorld()
        let path = try world.write(
            start + "webhooks:\n  w: { name: W, url: https://example.com, events: [POST_PUBLISHED], secret: { env: W } }\n")
        let result = try await world.run("plan", path, environment: ["ENCRYPTION_KEY": "", "W": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
        #expect(result.status == .failure)
        #expect(result.errors.contains("openssl rand -base64 32"))
        let missing = try await world.run("plan", path)
        #expect(missing.status == .invalidManifests)
        #expect(missing.errors.contains("`W`"))
    }

    @Test func `wrong usage ends with 64`() async throws {
        let world = TestWorld()
        #expect(try await world.run("plan").status == .usage)
        #expect(try await world.run("nonsense").status == .usage)
        #expect(try await world.run("plan", "x", "--target", "webhok.a").status == .usage)
    }

    @Test func `a target that names nothing is an error with the nearest name`() async throws {
        let world = TestWorld()
        let result = try await world.run("plan", world.write(start), "--target", "scope.posts:raed")
        #expect(result.status == .failure)
        #expect(result.errors.contains("did you mean `scope.posts:read`?"))
    }

    @Test func `colour is for terminals without NO_COLOR`() async throws {
        let world = TestWorld()
        let path = try world.write(start)
        #expect(try await world.run("plan", path, isTerminal: true).output.contains("\u{1B}["))
        #expect(try await !world.run("plan", path).output.contains("\u{1B}["))
        #expect(try await !world.run("plan", path, environment: ["NO_COLOR": "1"], isTerminal: true).output.contains("\u{1B}["))
    }
}
