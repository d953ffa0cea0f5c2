import CLI
import Foundation
import TestSupport
import Testing
import Values

struct PlanCommandTests {
    @Test func `a plan ends with its totals, and makes no state`() async throws {
        let world = TestWorld()
        let result = try await world.run("plan", world.write(start))
        #expect(result.status == .success)
        #expect(result.lastLine == "Plan: 1 to add, 0 to change, 0 to destroy.")
        #expect(try !world.hasState)
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

    @Test func `a path without a manifest is a diagnostic where JSON is asked for`() async throws {
        let world = TestWorld()
        for command in ["validate", "plan"] {
            let result = try await world.run(command, "nope.yaml", "--format", "json")
            #expect(result.status == .refused)
            #expect(result.errors.isEmpty)
            let json = try JSON(parsing: result.output)
            #expect(json["valid"] == false)
            #expect(json["error_count"] == 1)
            #expect(json["diagnostics"]?.array?.first?["summary"] == "there is no file or folder `nope.yaml`: check the path")
        }
    }

    @Test func `the digest hangs on the content, and not on where it lies or how its path is written`() async throws {
        let world = TestWorld()
        let path = try world.write(start, to: "one/m.yaml")
        let spellings = [
            path, world.folder.path + "/./one//m.yaml", world.folder.path + "/two/../one/m.yaml", world.folder.path + "/one",
            try world.write("# moved down\n\n" + start, to: "two/other.yaml"),
        ]
        func digests() async throws -> Set<String> {
            var digests: Set<String> = []
            for path in spellings {
                let json = try JSON(parsing: try await world.run("plan", path, "--format", "json").output)
                digests.insert(try #require(json["digest"]?.string))
            }
            digests.insert(
                try #require(try JSON(parsing: try await world.run("plan", "-", "--format", "json", input: start).output)["digest"]?.string)
            )
            return digests
        }
        let first = try await digests()
        #expect(first.count == 1)
        #expect(try await world.run("apply", spellings[4], "--auto-approve", "--plan-digest", first.first ?? "").status == .success)
        // The place that the state has noted now is no part of it either.
        let second = try await digests()
        #expect(second.count == 1)
        #expect(second != first)
    }

    @Test func `an empty plan as Markdown has its digest too`() async throws {
        let world = TestWorld()
        let path = try world.write(start)
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        let text = try await world.run("plan", path, "--format", "markdown").output
        let digest = try #require(text.firstMatch(of: /### No changes\.\n\nDigest: `(sha256:[0-9a-f]{64})`\n/)?.1)
        #expect(try await world.run("apply", path, "--auto-approve", "--plan-digest", String(digest)).status == .success)
    }

    @Test func `a target wants its own secrets alone`() async throws {
        let world = TestWorld()
        let hooks = ["a", "b"].map {
            "  \($0): { name: W, url: https://example.com, events: [POST_PUBLISHED], secret: { env: HOOK_\($0) } }\n"
        }
        let path = try world.write("version: 1\nworkspace: acme\nscopes: { s: Scope }\nwebhooks:\n" + hooks.joined())
        let one = ["HOOK_a": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
        #expect(try await world.run("plan", path, "--target", "webhook.b", environment: one).status == .invalidManifests)
        #expect(try await world.run("plan", path, "--target", "scope.s", environment: ["ENCRYPTION_KEY": ""]).status == .success)
        let applied = try await world.run("apply", path, "--target", "webhook.a", "--auto-approve", environment: one)
        #expect(applied.status == .success, "\(applied.errors)")
        #expect(applied.output.hasSuffix("Plan: 1 to add, 0 to change, 0 to destroy.\n"))
        let again = try await world.run("plan", path, "--target", "webhook.a", environment: one)
        #expect(again.output == "No changes.\n")
        // What the state holds of others is not opened either.
        let keyless = try await world.run("plan", path, "--target", "scope.s", environment: ["ENCRYPTION_KEY": ""])
        #expect(keyless.status == .success, "\(keyless.errors)")
    }

    @Test func `a pipe is read like a file, once`() async throws {
        let world = TestWorld()
        let pipe = world.folder.file("pipe")
        #expect(try await RunningProcess("/usr/bin/mkfifo", [pipe]).ended().code == 0)
        for command in [["validate"], ["plan"], ["apply", "--auto-approve"]] {
            let source = try world.write(start)
            let writer = try RunningProcess("/bin/sh", ["-c", "cat '\(source)' > '\(pipe)'"])
            let result = try await world.run([command[0], pipe] + command.dropFirst())
            #expect(result.status == .success, "\(result.errors)")
            #expect(try await writer.ended().code == 0)
        }
        #expect(try await world.run("plan", world.write(start)).output == "No changes.\n")
    }

    @Test func `colour is for terminals without NO_COLOR`() async throws {
        let world = TestWorld()
        let path = try world.write(start)
        #expect(try await world.run("plan", path, isTerminal: true).output.contains("\u{1B}["))
        #expect(try await !world.run("plan", path).output.contains("\u{1B}["))
        #expect(try await !world.run("plan", path, environment: ["NO_COLOR": "1"], isTerminal: true).output.contains("\u{1B}["))
    }
}
