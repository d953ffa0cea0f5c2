import Foundation
import TestSupport
import Testing

@testable import Store

/// Every statement of `Sources/Store`, read from the sources, and prepared by both engines on the tables of this version.
struct StatementPreparationTests {
    struct Statement: Decodable {
        /// File and line.
        var place: String
        var text: String

        func rendered(for dialect: Dialect) -> String { SQL(stringLiteral: text).rendered(for: dialect) }
    }

    private static let statements = Result {
        let listed = try FinishedProcess(
            "\(packageRoot)/Scripts/check-sql", ["--list"],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
        ).succeeded()
        return try JSONDecoder().decode([Statement].self, from: Data(listed.utf8))
    }

    private func state(on engine: TestState.Engine, in folder: TemporaryFolder) throws -> TestState {
        let state = TestState(in: folder, on: engine)
        try Store(state: state.location, keyring: nil).close()
        return state
    }

    @Test(.enabled(if: Peer.sqlite.isExpected, "\(Peer.sqlite.absence)"))
    func `SQLite prepares every statement`() throws {
        let folder = TemporaryFolder()
        let state = try state(on: .sqlite, in: folder)
        let statements = try Self.statements.get()
        #expect(statements.count > 100)
        for statement in statements {
            do {
                try state.sql("EXPLAIN \(statement.rendered(for: .sqlite));")
            } catch {
                Issue.record("\(statement.place): \(error)")
            }
        }
    }

    @Test(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
    func `PostgreSQL prepares every statement`() throws {
        let folder = TemporaryFolder()
        let state = try state(on: .postgres, in: folder)
        for statement in try Self.statements.get() {
            // What decides no type by itself gets one from the value that is bound: here any that fits will do.
            var types: [String] = []
            preparing: while true {
                let list = types.isEmpty ? "" : " (\(types.joined(separator: ", ")))"
                do {
                    try state.sql("\\set VERBOSITY verbose\nPREPARE statement\(list) AS \(statement.rendered(for: .postgres));")
                    break preparing
                } catch {
                    let message = "\(error)"
                    guard let undecided = message.firstMatch(of: /42P18: could not determine data type of parameter \$([0-9]+)/),
                        let number = Int(undecided.1), types.count < number || types[number - 1] == "unknown"
                    else {
                        Issue.record("\(statement.place): \(message)")
                        break preparing
                    }
                    types += Array(repeating: "unknown", count: max(0, number - types.count))
                    types[number - 1] = "text"
                }
            }
        }
    }
}
