import TestSupport
import Testing

/// What comes through a pipe is read as a file is: no further than the longest file, and byte by byte.
@Suite(.serialized)
struct StandardInputTests {
    /// Runs the command in a shell line, where `"$@"` stands for it; memory that is taken without bound ends it.
    private func run(_ line: String, _ arguments: [String], _ bench: Workbench) async throws -> Outcome {
        let process = try RunningProcess(
            "/bin/bash", ["-c", "ulimit -v 4000000; \(line)", "bash", Workbench.binary] + arguments, environment: bench.environment,
            folder: bench.folder.path)
        let exit = try await process.ended(within: .seconds(60))
        return Outcome(code: exit.code, output: process.output, errors: process.errors, everything: process.everything)
    }

    @Test(arguments: [["validate", "-"], ["plan", "-"], ["apply", "-", "--auto-approve"]])
    func `a manifest that never ends is too long`(arguments: [String]) async throws {
        let outcome = try await run(#"yes 'a: b' | "$@""#, arguments, try Workbench())
        #expect(outcome.code == 3, "\(outcome.said)")
        #expect(outcome.errors.hasPrefix("<stdin>:1:1: error: the file is longer than 16 MiB"), "\(outcome.said)")
    }

    @Test func `bytes that are no text are an error and not mended in silence`() async throws {
        let bench = try Workbench()
        let text = #"printf 'version: 1\nworkspace: acme\nscopes: { "posts:read": "\xff" }\n'"#
        let piped = try await run(#"\#(text) | "$@""#, ["validate", "-"], bench)
        let filed = try await run(#"\#(text) >manifest.yaml; "$@""#, ["validate", "manifest.yaml"], bench)
        #expect(piped.code == 3, "\(piped.said)")
        #expect(piped.errors == filed.errors.replacing("manifest.yaml:", with: "<stdin>:"))
    }

    @Test(arguments: [#"yes 2>/dev/null | "$@" -"#, #""$@" @/dev/zero"#])
    func `data of an event that never ends are too long`(line: String) async throws {
        let bench = try Workbench()
        try await bench.apply("version: 1\nworkspace: acme\nscopes: { \"posts:read\": Read }\n")
        let outcome = try await run(line, ["events", "send", "POST_PUBLISHED", "--data"], bench)
        #expect(outcome.code == 64, "\(outcome.said)")
        #expect(outcome.errors == "error: --data is longer than 1 MiB, and an event is not\n")
    }

    @Test func `data that are no text are refused, and a missing file is named`() async throws {
        let bench = try Workbench()
        let garbled = try await run(#"printf '{"a":"\xff"}' | "$@""#, ["events", "send", "POST_PUBLISHED", "--data", "-"], bench)
        #expect(garbled.code == 64, "\(garbled.said)")
        #expect(garbled.errors == "error: --data is no text in UTF-8\n")
        let missing = try await run(#""$@""#, ["events", "send", "POST_PUBLISHED", "--data", "@nowhere"], bench)
        #expect(missing.code == 1, "\(missing.said)")
        #expect(missing.errors == "error: the file nowhere cannot be read: check the path and its permissions\n")
    }
}
