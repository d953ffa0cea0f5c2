package import ArgumentParser
import Files
import Glibc
import Spec
import Values

/// The program.
@main
package struct Reconcile: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Integrations, webhooks and API keys of a platform, declared in manifests and served from one file of state.",
        version: version,
        subcommands: [
            InitCommand.self, ValidateCommand.self, PlanCommand.self, ApplyCommand.self,
            DriftCommand.self, ExportCommand.self, HistoryCommand.self, RollbackCommand.self,
            SchemaCommand.self, ProvidersCommand.self,
            ServeCommand.self, KeysCommand.self, EventsCommand.self, WebhooksCommand.self, ConnectionsCommand.self,
            SecretsCommand.self, StateCommand.self, TokenCommand.self,
        ])

    package static let version = "0.1.0"

    package init() {}

    /// Parses and runs the command line; what the parser prints is written as everything else is, and ends with 1 where it cannot be.
    package static func main() async {
        StandardStream.prepare()
        if let problem = misnamedCommand(in: Array(CommandLine.arguments.dropFirst())) {
            World.process.errors.line("error: \(problem)")
            Glibc.exit(ExitStatus.usage.rawValue)
        }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    /// Help, a version or a completion script is a result; anything else has failed.
    private static func end(with error: any Error) -> Never {
        let (code, text) = (exitCode(for: error), fullMessage(for: error))
        let world = World.process
        guard code == .success else {
            if !text.isEmpty { world.errors.line(text) }
            Glibc.exit(code.rawValue)
        }
        if !text.isEmpty { world.output.line(text) }
        Glibc.exit(world.reportsOutputFailure() ? ExitStatus.failure.rawValue : code.rawValue)
    }

    /// What is wrong with the names of commands, those whose help is asked for included; nil where all are known.
    ///
    /// The parser would show the help of the last command that it knows, and end with 0.
    package static func misnamedCommand(in arguments: [String]) -> String? {
        var command: any ParsableCommand.Type = Reconcile.self
        var path = "reconcile"
        for (position, word) in arguments.enumerated() {
            let children = command.configuration.subcommands
            guard !children.isEmpty else { return nil }
            if position == 0, word == "help" { continue }
            if ["-h", "--help", "-help", "--help-hidden"].contains(word) { continue }
            // Other options of the root take values of their own.
            guard !word.hasPrefix("-") else { return nil }
            guard let child = children.first(where: { $0._commandName == word }) else {
                let remedy = Nearest.remedy(for: word, among: children.map { $0._commandName }, otherwise: "see `\(path) --help`")
                return "`\(path)` has no subcommand \(quoted(word)): \(remedy)"
            }
            (command, path) = (child, "\(path) \(word)")
        }
        return nil
    }
}
