import Foundation
import TestSupport
import Testing

/// What the README and the examples promise, done as written.
///
/// A block of the README that opens with ```` ```sh tested ```` is run here, all of them in order, in one copy of the
/// package's examples, with `reconcile` on the path and nothing else in the environment than what the blocks set. GitHub shows such
/// a block like any other. One that names a database gets one, and is left out where there is no PostgreSQL.
@Suite(.serialized)
struct ReadmeTests {
    /// What stands in the README for the address of a database.
    private static let shownDatabase = "postgres://reconcile@db.example.com/reconcile"

    @Test func `every tested block of the README works as written`() async throws {
        let readme = try String(contentsOfFile: "\(packageRoot)/README.md", encoding: .utf8)
        let blocks = Self.testedBlocks(of: readme)
        #expect(!blocks.isEmpty, "no block of README.md opens with ```sh tested")
        let folder = TemporaryFolder("readme")
        try Self.copyExamples(into: folder)
        let path = URL(fileURLWithPath: Workbench.binary).deletingLastPathComponent().path + ":/usr/local/bin:/usr/bin:/bin"
        let address = "127.0.0.1:\(try await freePort())"
        let database = TestState(in: folder, on: .postgres)
        for (line, written) in blocks {
            // The default port may be taken on the machine that tests.
            var block = written.replacing("127.0.0.1:8080", with: address)
            if block.contains(Self.shownDatabase) {
                guard Peer.postgres.isExpected else { continue }
                block = block.replacing(Self.shownDatabase, with: database.location)
                // The runtime of the block before ends by itself, soon.
                _ = try await eventually("the end of the runtime", within: .seconds(30)) {
                    let lock = try FinishedProcess("/usr/bin/flock", ["--nonblock", folder.file("readme.sqlite.serve-lock"), "true"])
                    return lock.code == 0 ? true : nil
                }
            }
            let shell = try RunningProcess(
                "/bin/bash", ["-euo", "pipefail", "-c", block], environment: ["PATH": path, "HOME": folder.path], folder: folder.path)
            let exit = try await shell.ended(within: .seconds(30))
            #expect(exit.code == 0, "README.md:\(line)\n\(block)\n\(shell.said)")
            if block.contains("keys.sh) <<") {
                let mode = try FileManager.default.attributesOfItem(atPath: folder.file("keys.sh"))[.posixPermissions] as? Int
                #expect(mode == 0o600)
            }
            if block.contains("/auth/check") {
                #expect(shell.output.contains("HTTP/1.1 200 OK\r\n"), "README.md:\(line) shows no check\n\(shell.said)")
                #expect(shell.output.contains("\nX-RateLimit-Remaining: 999\r\n"))
            }
        }
    }

    @Test func `the example validates, plans, applies, and then has nothing left to do`() async throws {
        let bench = try Self.benchWithExample()
        try Self.copyExamples(into: bench.folder)
        let example = "examples/integrations.yaml"
        try await bench.succeed("validate", example)
        let planned = try await bench.run("plan", example, "--detailed-exitcode")
        #expect(planned.code == 2, "\(planned.said)")
        #expect(planned.lastLine.hasPrefix("Plan: "))
        #expect(planned.lastLine.hasSuffix(" to add, 0 to change, 0 to destroy."), "\(planned.lastLine)")
        try await bench.succeed("apply", example, "--auto-approve")
        let again = try await bench.run("plan", example, "--detailed-exitcode")
        #expect(again.code == 0, "\(again.said)")
        #expect(again.lastLine == "No changes.")
    }

    @Test func `the export of the example plans as empty`() async throws {
        let bench = try Self.benchWithExample()
        try Self.copyExamples(into: bench.folder)
        try await bench.succeed("apply", "examples/integrations.yaml", "--auto-approve")
        let export = try await bench.succeed("export")
        let path = try bench.folder.write(export.output, to: "exported/manifest.yaml")
        try await bench.succeed("validate", path)
        let plan = try await bench.run("plan", path, "--detailed-exitcode")
        #expect(plan.code == 0, "\(plan.said)\n--- exported\n\(export.output)")
        #expect(plan.lastLine == "No changes.")
    }

    @Test func `what init writes validates, plans and applies`() async throws {
        let bench = try Workbench()
        try await bench.succeed("init", "fresh")
        try await bench.succeed("validate", "fresh")
        let plan = try await bench.run("plan", "fresh", "--detailed-exitcode")
        #expect(plan.code == 2, "\(plan.said)")
        try await bench.succeed("apply", "fresh", "--auto-approve")
        #expect(try await bench.succeed("plan", "fresh").lastLine == "No changes.")
    }

    /// A value for every variable that the example refers to, of the kind that its name tells.
    private static func benchWithExample() throws -> Workbench {
        let example = try String(contentsOfFile: "\(packageRoot)/examples/integrations.yaml", encoding: .utf8)
        var variables: [String: String] = [:]
        for match in example.matches(of: /env: ([A-Z][A-Z0-9_]*)/) {
            let name = String(match.1)
            let isSigning = name.hasSuffix("WEBHOOK_SECRET") || name.hasSuffix("_SIGNING_SECRET")
            variables[name] = isSigning ? "whsec_ZXhhbXBsZS1zZWNyZXQtb25seS0yNC1i" : "example-\(name.lowercased())"
        }
        return try Workbench(variables)
    }

    private static func copyExamples(into folder: TemporaryFolder) throws {
        try FileManager.default.copyItem(atPath: "\(packageRoot)/examples", toPath: folder.file("examples"))
    }

    /// The text of each block and the line on which it begins.
    static func testedBlocks(of markdown: String) -> [(line: Int, text: String)] {
        var blocks: [(line: Int, text: String)] = []
        var open: (line: Int, lines: [Substring])?
        for (number, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let block = open {
                if line == "```" {
                    blocks.append((block.line, block.lines.joined(separator: "\n")))
                    open = nil
                } else {
                    open = (block.line, block.lines + [line])
                }
            } else if line.hasPrefix("```sh tested") {
                open = (number + 2, [])
            }
        }
        return blocks
    }
}
