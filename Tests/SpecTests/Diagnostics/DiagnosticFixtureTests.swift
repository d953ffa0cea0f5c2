import Foundation
import Spec
import TestSupport
import Testing

/// `Tests/Fixtures/diagnostics/<case>/`: the manifests of a run and, in `expected.txt`, all that is said of them.
struct DiagnosticFixtureTests {
    static let folder = packageRoot + "/Tests/Fixtures/diagnostics"
    static let cases = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }.sorted()

    @Test(arguments: cases) func `the diagnostics are those on record`(name: String) throws {
        let folder = "\(Self.folder)/\(name)"
        let reading = ManifestReader(directory: folder).read(["."])
        let text = Diagnostic.text(reading.diagnostics)
        let url = URL(fileURLWithPath: "\(folder)/expected.txt")
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(text.utf8).write(to: url)
            Issue.record("recorded anew: look at the difference and run again without RECORD")
        }
        #expect(text == String(decoding: try Data(contentsOf: url), as: UTF8.self))
        #expect(!text.isEmpty)
    }
}
