import ArgumentParser
import CLI
import Foundation
import TestSupport
import Testing

/// Golden help texts: `Tests/Fixtures/help/COMMAND.txt`; RECORD=1 writes them anew and fails.
struct HelpTests {
    @Test(arguments: ["init", "validate", "plan", "apply", "export", "drift", "history", "rollback", "schema", "providers"])
    func `the help is as recorded`(command: String) throws {
        let path = "\(packageRoot)/Tests/Fixtures/help/\(command).txt"
        let subcommand = try #require(Reconcile.configuration.subcommands.first { $0.configuration.commandName == command })
        let text = Reconcile.helpMessage(for: subcommand, columns: 100) + "\n"
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try FileManager.default.createDirectory(atPath: "\(packageRoot)/Tests/Fixtures/help", withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            Issue.record("recorded \(path)")
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
}
