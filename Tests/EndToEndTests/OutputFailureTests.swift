import Foundation
import TestSupport
import Testing
import Values

/// A full disk or a pipe that nobody reads in the place of standard output: one sentence, status 1, and never a signal.
@Suite(.serialized)
struct OutputFailureTests {
    private static let manifest = """
        version: 1
        workspace: acme
        scopes: { "posts:read": Read }
        webhooks:
          hook: { name: Hook, url: "https://receiver.example/", events: [POST_PUBLISHED] }
        """

    private static let commands: [[String]] = [
        ["schema"], ["providers"], ["providers", "salesforce"], ["export"], ["history"], ["drift"], ["plan", "manifest.yaml"],
        ["plan", "manifest.yaml", "--format", "json"], ["plan", "manifest.yaml", "--detailed-exitcode"], ["validate", "manifest.yaml"],
        ["validate", "wrong.yaml", "--format", "json"], ["keys", "list"], ["webhooks", "list"], ["webhooks", "secret", "hook"],
        ["connections", "list"], ["token", "--workspace", "acme"], ["--help"], ["plan", "--help"], ["help", "keys"], ["--version"],
    ]

    private func bench() async throws -> Workbench {
        let bench = try Workbench()
        try await bench.apply(Self.manifest)
        try bench.folder.write("version: 1\nworkspace: acme\nscopse: {}\n", to: "wrong.yaml")
        return bench
    }

    /// Runs the command in a shell line, where `"$@"` stands for it.
    private func run(_ line: String, _ arguments: [String], _ bench: Workbench) async throws -> Outcome {
        let process = try RunningProcess(
            "/bin/bash", ["-c", "set -o pipefail; \(line)", "bash", Workbench.binary] + arguments, environment: bench.environment,
            folder: bench.folder.path)
        let exit = try await process.ended()
        return Outcome(code: exit.code, output: process.output, errors: process.errors, everything: process.everything)
    }

    @Test func `every command that prints says that the disk is full and ends with 1`() async throws {
        let bench = try await bench()
        for arguments in Self.commands {
            let outcome = try await run(#""$@" >/dev/full"#, arguments, bench)
            #expect(outcome.code == 1, "\(arguments) \(outcome.said)")
            #expect(outcome.errors == "error: standard output cannot be written: No space left on device\n", "\(arguments)")
        }
    }

    @Test func `every command that prints says that its pipe is closed and ends with 1`() async throws {
        let bench = try await bench()
        for arguments in Self.commands {
            // The reader is gone before the command begins.
            let outcome = try await run(#"{ sleep 0.2; exec "$@"; } | true"#, arguments, bench)
            #expect(outcome.code == 1, "\(arguments) \(outcome.said)")
            #expect(outcome.errors == "error: standard output cannot be written: Broken pipe\n", "\(arguments)")
        }
    }

    @Test func `a plan that nobody can have seen is not applied`() async throws {
        let bench = try await bench()
        try bench.folder.write(Self.manifest.replacingOccurrences(of: "Hook,", with: "Changed,"), to: "manifest.yaml")
        let outcome = try await run(#""$@" >/dev/full"#, ["apply", "manifest.yaml", "--auto-approve"], bench)
        #expect(outcome.code == 1, "\(outcome.said)")
        #expect(outcome.errors == "error: standard output cannot be written (No space left on device): nothing was applied\n")
        #expect(try await bench.run("plan", "manifest.yaml", "--detailed-exitcode").code == 2)
    }

    @Test func `an apply whose standard error cannot be written is done and ends with 0`() async throws {
        let bench = try await bench()
        try bench.folder.write(Self.manifest.replacingOccurrences(of: "Hook,", with: "Changed,"), to: "manifest.yaml")
        let outcome = try await run(#""$@" 2>/dev/full"#, ["apply", "manifest.yaml", "--auto-approve"], bench)
        #expect(outcome.code == 0, "\(outcome.said)")
        #expect(try await bench.run("plan", "manifest.yaml", "--detailed-exitcode").code == 0)
    }

    @Test func `a key that nobody received is named, so that it can be revoked`() async throws {
        let bench = try await bench()
        let outcome = try await run(#""$@" >/dev/full"#, ["keys", "create", "--name", "Lost", "--scope", "posts:read"], bench)
        #expect(outcome.code == 1, "\(outcome.said)")
        let keys = try await bench.succeed("keys", "list", "--format", "json")
        let id = try #require(try keys.json.array?.first?["id"]?.string ?? keys.json["data"]?.array?.first?["id"]?.string)
        #expect(outcome.errors.contains("`reconcile keys revoke \(id)`"), "\(outcome.said)")
    }

    @Test func `closed standard descriptors are errors and lend their numbers to no file`() async throws {
        let bench = try await bench()
        let output = try await run(#""$@" >&-"#, ["export"], bench)
        #expect(output.code == 1, "\(output.said)")
        #expect(output.errors.contains("standard output cannot be written"), "\(output.said)")
        let input = try await run(#""$@" <&-"#, ["validate", "-"], bench)
        #expect(input.code == 1, "\(input.said)")
        #expect(input.errors.contains("standard input cannot be read"), "\(input.said)")
        let all = try await run(#""$@" <&- >&- 2>&-"#, ["apply", "manifest.yaml", "--auto-approve"], bench)
        #expect(all.code == 1, "\(all.said)")
        #expect(try await bench.run("plan", "manifest.yaml", "--detailed-exitcode").code == 0)
    }

    @Test func `a folder as standard input is an error`() async throws {
        let outcome = try await run(#""$@" </"#, ["validate", "-"], try await bench())
        #expect(outcome.code == 1, "\(outcome.said)")
        #expect(outcome.errors == "error: standard input cannot be read: Is a directory\n")
    }
}
