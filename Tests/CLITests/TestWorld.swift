import ArgumentParser
import CLI
import Foundation
import Store
import Synchronization
import TestSupport
import Values

/// A terminal, an environment and a clock of the test's own, around a state in a folder of its own.
final class TestWorld: Sendable {
    let folder = TemporaryFolder("cli")
    private let captured = Mutex((output: "", errors: ""))

    static let key = String(repeating: "k", count: 40)
    static let now = Timestamp(milliseconds: 1_790_000_000_000)

    struct Result {
        var status: ExitStatus
        var output: String
        var errors: String

        /// The last line of the output.
        var lastLine: String { output.split(separator: "\n").last.map(String.init) ?? "" }
    }

    var state: String { folder.state.location }

    /// Parses and runs a command line; `--state` is added through the environment.
    func run(
        _ arguments: String..., environment: [String: String] = [:], answer: String? = nil, input: String = "", isTerminal: Bool = false
    ) async throws -> Result {
        try await run(arguments, environment: environment, answer: answer, input: input, isTerminal: isTerminal)
    }

    func run(
        _ arguments: [String], environment: [String: String] = [:], answer: String? = nil, input: String = "", isTerminal: Bool = false
    ) async throws -> Result {
        captured.withLock { $0 = ("", "") }
        let variables = ["RECONCILE_STATE": state, "ENCRYPTION_KEY": Self.key, "USER": "ann"].merging(environment) { $1 }
        let world = World(
            environment: variables.filter { !$0.value.isEmpty },
            output: Console(isTerminal: isTerminal) { text in self.captured.withLock { $0.output += text } },
            errors: Console(isTerminal: isTerminal) { text in self.captured.withLock { $0.errors += text } },
            readLine: { answer }, readInput: { limit in Array(input.utf8.prefix(limit + 1)) }, isInputTerminal: answer != nil,
            now: { Self.now })
        if let problem = Reconcile.misnamedCommand(in: arguments) { return Result(status: .usage, output: "", errors: problem) }
        let status: ExitStatus
        do {
            guard let command = try Reconcile.parseAsRoot(arguments) as? any WorldCommand else {
                return Result(status: .usage, output: "", errors: "")
            }
            status = await command.perform(in: world)
        } catch {
            return Result(
                status: Reconcile.exitCode(for: error) == .validationFailure ? .usage : .success, output: "",
                errors: Reconcile.message(for: error))
        }
        return captured.withLock { Result(status: status, output: $0.output, errors: $0.errors) }
    }

    func write(_ text: String, to name: String = "m.yaml") throws -> String { try folder.write(text, to: name) }

    /// Whether anything is at `state`.
    var hasState: Bool { get throws { try folder.state.exists } }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.file(name)) }
}

let start = """
    version: 1
    workspace: acme
    scopes:
      posts:read: Read posts

    """
