import Foundation
import TestSupport
import Testing

/// `Scripts/check-sql` over `Tests/Fixtures/sql`: what it refuses in `bad` is in `bad/refusals.txt`, which RECORD=1 writes anew.
struct CheckSQLTests {
    private static let folder = "\(packageRoot)/Tests/Fixtures/sql"

    private func check(_ tree: String) throws -> FinishedProcess {
        try FinishedProcess(
            "\(packageRoot)/Scripts/check-sql", [tree],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"])
    }

    @Test func `every statement that one engine refuses or that is right by chance is named with its line`() throws {
        let ran = try check("\(Self.folder)/bad")
        #expect(ran.code == 1)
        let record = "\(Self.folder)/bad/refusals.txt"
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(ran.errors.utf8).write(to: URL(fileURLWithPath: record))
            Issue.record("recorded \(record)")
        }
        #expect(try String(contentsOfFile: record, encoding: .utf8) == ran.errors)
    }

    @Test func `portable statements pass, and so do the engines' own`() throws {
        let ran = try check("\(Self.folder)/good")
        #expect(ran.code == 0, "\(ran.errors)")
        #expect(ran.errors.isEmpty)
    }
}
