import ArgumentParser
import CLI
import Foundation
import TestSupport
import Testing

/// Golden help texts of every command and subcommand: `Tests/Fixtures/help/COMMAND[-SUBCOMMAND].txt`; RECORD=1 writes them anew and
/// fails.
struct HelpTests {
    private static let folder = "\(packageRoot)/Tests/Fixtures/help"

    /// Every command with the words that lead to it.
    private static let commands: [(words: [String], type: any ParsableCommand.Type)] = below(Reconcile.self, [])

    private static func below(_ command: any ParsableCommand.Type, _ words: [String]) -> [(words: [String], type: any ParsableCommand.Type)]
    {
        command.configuration.subcommands.flatMap { child in
            let path = words + [child.configuration.commandName ?? ""]
            return [(words: path, type: child)] + below(child, path)
        }
    }

    @Test(arguments: commands.map { $0.words.joined(separator: "-") } + ["reconcile"])
    func `the help is as recorded`(name: String) throws {
        let path = "\(Self.folder)/\(name).txt"
        let command = Self.commands.first { $0.words.joined(separator: "-") == name }?.type ?? Reconcile.self
        let text = Reconcile.helpMessage(for: command, columns: 100) + "\n"
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try FileManager.default.createDirectory(atPath: Self.folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            Issue.record("recorded \(path)")
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test func `no recorded help is of a command that is gone`() throws {
        let names = Set(Self.commands.map { $0.words.joined(separator: "-") + ".txt" } + ["reconcile.txt"])
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: Self.folder)) == names)
    }

    @Test func `every command says what it is for`() {
        for (words, type) in Self.commands { #expect(!type.configuration.abstract.isEmpty, "\(words)") }
    }
}
