import Foundation
import Synchronization
import TestSupport
import Testing
import Values

/// Runs the shell steps of `examples/github-actions.yaml` in a folder of its own, with GitHub's `gh` played by a script.
///
/// Steps get what a runner gives them: the files of GITHUB_OUTPUT and GITHUB_STEP_SUMMARY, and the environment of the workflow, the
/// job and the step with its expressions filled in; nothing is inherited.
final class WorkflowRunner: Sendable {
    let bench: Workbench
    let workflow: JSON
    /// Where the repository is checked out.
    let folder: String
    private let outputs = Mutex<[String: String]>([:])
    private let log = Mutex("")

    private static let secrets = [
        "SALESFORCE_CLIENT_ID": "canary-client-id", "SALESFORCE_CLIENT_SECRET": "canary-client-secret",
    ]
    private static let token = "ghs_canary"

    var said: String { log.withLock { $0 } }

    init() async throws {
        bench = try Workbench(Self.secrets)
        folder = bench.folder.file("checkout")
        let convert = """
            import json, sys, yaml
            print(json.dumps({str(k): v for k, v in yaml.safe_load(open(sys.argv[1])).items()}))
            """
        let python = try RunningProcess(
            try Peer.python.require(), ["-c", convert, "\(packageRoot)/examples/github-actions.yaml"])
        guard try await python.ended().code == 0 else { throw EndToEndError(python.said) }
        workflow = try JSON(parsing: python.output)
        let gh = try bench.folder.write(
            """
            #!/usr/bin/env bash
            set -euo pipefail
            mkdir -p "$PWD/gh"
            [ "${GH_TOKEN:-}" = \(Self.token) ] || { echo "no token" >&2; exit 4; }
            case "$1 $2" in
            "pr comment")
                [ "$3 $4 $5 $6" = "7 --repo acme/integrations --body-file" ]
                cp "$7" gh/comment.md ;;
            "api repos/acme/integrations/statuses/c0ffee")
                for argument; do case $argument in description=*) printf %s "${argument#description=}" >gh/status ;; esac; done ;;
            "api repos/acme/integrations/commits/c0ffee/statuses") cat gh/status ;;
            *) echo "unexpected: gh $*" >&2; exit 9 ;;
            esac

            """, to: "gh.sh")
        // Written by a process that starts no other: one that this process forks at the moment would hold a program that is
        // still being written, and the kernel does not run such a one ("Text file busy").
        let installation = try RunningProcess("/usr/bin/install", ["-D", "-m", "755", gh, bench.folder.file("bin/gh")])
        guard try await installation.ended().code == 0 else { throw EndToEndError(installation.said) }
    }

    /// Writes the one manifest of the repository.
    func write(_ manifest: String) throws {
        try bench.folder.write(manifest, to: "checkout/integrations/manifest.yaml")
    }

    func file(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

    /// Runs the job's shell steps until one fails; gives the exit code of the last.
    func run(_ job: String) async throws -> Int32 {
        outputs.withLock { $0 = [:] }
        let job = workflow["jobs"]?[job] ?? .null
        for step in job["steps"]?.array ?? [] {
            guard let script = step["run"]?.string else { continue }
            let output = try bench.folder.write("", to: "output")
            var environment = [
                "PATH":
                    "\(bench.folder.file("bin")):\(URL(fileURLWithPath: Workbench.binary).deletingLastPathComponent().path):/usr/bin:/bin",
                "HOME": bench.folder.path, "CI": "true", "GITHUB_REPOSITORY": "acme/integrations", "GITHUB_OUTPUT": output,
                "GITHUB_STEP_SUMMARY": "\(folder)/summary",
            ]
            for level in [workflow, job, step] {
                for variable in level["env"]?.object?.members ?? [] {
                    environment[variable.key] = try filled(variable.value.string ?? variable.value.text)
                }
            }
            environment["RECONCILE_STATE"] = bench.state
            let path = try bench.folder.write(script, to: "step.sh")
            let process = try RunningProcess(
                "/bin/bash", ["--noprofile", "--norc", "-eo", "pipefail", path], environment: environment, folder: folder)
            let code = try await process.ended().code
            log.withLock { $0 += "== \(step["name"]?.string ?? "")\n\(process.said)\n" }
            for line in try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1)
                outputs.withLock { $0["steps.\(step["id"]?.string ?? "").outputs.\(parts[0])"] = parts.count > 1 ? String(parts[1]) : "" }
            }
            guard code == 0 else { return code }
        }
        return 0
    }

    /// No file that the steps left, nor what they printed, has a secret in it.
    func expectNoSecrets() throws {
        let secrets = Self.secrets.values + [Self.token, "whsec_", bench.environment["ENCRYPTION_KEY"] ?? ""]
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        #expect(names.contains("plan.md"))
        var texts = [("the log", said)]
        for name in names {
            if let content = FileManager.default.contents(atPath: "\(folder)/\(name)") {
                texts.append((name, String(decoding: content, as: UTF8.self)))
            }
        }
        for (name, text) in texts {
            for secret in secrets { #expect(!text.contains(secret), "\(name) has \(secret)") }
        }
    }

    private func filled(_ text: String) throws -> String {
        var filled = text
        for match in text.matches(of: /\$\{\{ ([\w.]+) \}\}/).reversed() {
            filled.replaceSubrange(match.range, with: try value(of: String(match.1)))
        }
        return filled
    }

    private func value(of expression: String) throws -> String {
        switch expression {
        case "github.token": return Self.token
        case "github.event.pull_request.number": return "7"
        case "github.event.pull_request.head.sha": return "c0ffee"
        default: break
        }
        if expression.hasPrefix("secrets."), let secret = bench.environment[String(expression.dropFirst("secrets.".count))] {
            return secret
        }
        if let output = outputs.withLock({ $0[expression] }) { return output }
        throw EndToEndError("the workflow asks for `\(expression)`, which no step gave")
    }
}
