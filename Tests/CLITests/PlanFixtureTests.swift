import CLI
import Foundation
import TestSupport
import Testing
import Values

/// Golden plans: `Tests/Fixtures/plans/CASE/{before,after}.yaml` and what the plan from one to the other looks like.
///
/// RECORD=1 writes the expectations anew, and fails so that nobody forgets to look at them.
struct PlanFixtureTests {
    private static let root = packageRoot + "/Tests/Fixtures/plans"

    static var cases: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    private let environment = [
        "CLIENT_ID": "the-client", "CLIENT_SECRET": "the-secret", "OTHER_SECRET": "the-secret",
        "HOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ]

    @Test(arguments: cases)
    func `the plan looks as recorded, holds no secret, and its application leaves nothing to do`(name: String) async throws {
        let folder = "\(Self.root)/\(name)"
        let world = TestWorld()
        #expect(try await world.run("apply", "\(folder)/before.yaml", "--auto-approve", environment: environment).status == .success)
        for (format, file) in [("text", "plan.txt"), ("json", "plan.json"), ("markdown", "plan.md")] {
            let result = try await world.run("plan", "\(folder)/after.yaml", "--format", format, environment: environment)
            #expect(result.status == .success)
            for secret in ["the-secret", "whsec_"] { #expect(!result.output.contains(secret)) }
            try check(normalized(result.output, folder: folder, isJSON: format == "json"), against: "\(folder)/\(file)")
        }
        #expect(try await world.run("apply", "\(folder)/after.yaml", "--auto-approve", environment: environment).status == .success)
        #expect(try await world.run("plan", "\(folder)/after.yaml", environment: environment).output == "No changes.\n")
    }

    /// Without what differs from run to run: places on this machine, the state's lineage, digests over random ids.
    private func normalized(_ text: String, folder: String, isJSON: Bool) throws -> String {
        let pretty = isJSON ? try JSON(parsing: text).prettyText + "\n" : text
        return pretty.replacing(folder + "/", with: "")
            .replacing(/sha256:[0-9a-f]{64}/, with: "sha256:DIGEST")
            .replacing(/"lineage": "[^"]*"/, with: "\"lineage\": \"LINEAGE\"")
    }

    private func check(_ text: String, against path: String) throws {
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            Issue.record("recorded \(path)")
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
}
