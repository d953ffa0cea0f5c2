import Foundation
import TestSupport
import Testing

/// `apply` before a person: on a terminal, which `script` provides.
@Suite(.serialized, .enabled(if: Peer.script.isExpected, "\(Peer.script.absence)"))
struct TerminalTests {
    private static let manifest = """
        version: 1
        workspace: acme
        webhooks:
          first: { name: First, url: "https://receiver.example/first", events: [POST_PUBLISHED] }
        """

    @Test func `yes applies, and a generated secret is shown, once`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        let applied = try onTerminal("apply \(path)", in: bench, typing: "yes\n")
        #expect(try await applied.ended().code == 0, "\(applied.said)")
        #expect(applied.output.contains("Only `yes` will be accepted"))
        #expect(applied.output.contains("whsec_"), "\(applied.said)")
        let again = try onTerminal("apply \(path)", in: bench, typing: "yes\n")
        #expect(try await again.ended().code == 0)
        #expect(again.output.contains("No changes."))
        #expect(!again.output.contains("whsec_"))
    }

    @Test(arguments: ["no\n", "y\n", "\n"])
    func `any other answer ends with 1 and nothing applied`(answer: String) async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        let refused = try onTerminal("apply \(path)", in: bench, typing: answer)
        #expect(try await refused.ended().code == 1, "\(refused.said)")
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 2)
    }

    @Test func `Ctrl-C at the question ends with 130 and nothing applied`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        // Typed when the question stands there: an earlier key would reach nobody.
        let typing = "until grep -q 'will be accepted' typescript; do sleep 0.02; done; printf '\\003'; sleep 1"
        try bench.folder.write("", to: "typescript")
        let interrupted = try RunningProcess(
            "/bin/sh",
            [
                "-c",
                "(\(typing)) | \(try Peer.script.require()) --quiet --return --flush --command '\(Workbench.binary) apply \(path)' typescript",
            ],
            environment: bench.environment, folder: bench.folder.path)
        #expect(try await interrupted.ended().code == 130, "\(interrupted.said)")
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 2)
    }

    @Test func `colours are for terminals, and NO_COLOR is honoured there`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        let coloured = try onTerminal("plan \(path)", in: bench, environment: ["TERM": "xterm"])
        #expect(try await coloured.ended().code == 0)
        #expect(coloured.output.contains("\u{1B}["))
        let plain = try onTerminal("plan \(path)", in: bench, environment: ["TERM": "xterm", "NO_COLOR": "1"])
        #expect(try await plain.ended().code == 0)
        #expect(!plain.output.contains("\u{1B}["))
        let piped = try await bench.run("plan", path, environment: ["TERM": "xterm"])
        #expect(!piped.output.contains("\u{1B}["))
    }

    @Test(.enabled(if: TestState.holder.isExpected, "\(TestState.holder.absence)"))
    func `what takes longer than two seconds shows that it goes on, on a terminal alone`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.manifest)
        let path = try bench.folder.write(Self.manifest.replacing("/first", with: "/second"), to: "manifest.yaml")
        func applyBesideALock(_ start: () throws -> RunningProcess) async throws -> RunningProcess {
            let holder = try await bench.folder.state.hold(for: 3.5)
            let process = try start()
            #expect(try await process.ended().code == 0, "\(process.said)")
            #expect(try await holder.ended().code == 0)
            return process
        }
        let shown = try await applyBesideALock { try onTerminal("apply \(path) --auto-approve", in: bench) }
        #expect(shown.output.contains("\rreconcile apply: 2 s …"), "\(shown.said)")
        #expect(shown.output.contains("Applied as revision 2."))
        _ = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        let piped = try await applyBesideALock { try bench.start(["apply", path, "--auto-approve"]) }
        #expect(!(piped.output + piped.errors).contains("reconcile apply:"))
    }

    private func onTerminal(
        _ command: String, in bench: Workbench, typing input: String = "", environment: [String: String] = [:]
    ) throws -> RunningProcess {
        try RunningProcess(
            try Peer.script.require(), ["--quiet", "--return", "--command", "\(Workbench.binary) \(command)", "/dev/null"],
            environment: bench.environment.merging(environment) { _, given in given }, folder: bench.folder.path, input: input)
    }
}
