import Foundation
import Spec
import Testing
import Values

/// What a manifest with very many or very long faults costs, and what is said of it.
struct ManifestBoundsTests {
    private func read(_ text: String) -> ManifestReading {
        ManifestReader().read([ManifestFile(name: "m.yaml", text: Array(text.utf8))])
    }

    @Test func `of very many errors the first are shown and all are counted`() {
        let reading = read(String(repeating: "---\n", count: 20_000))
        #expect(reading.manifest == nil)
        #expect(reading.diagnostics.count == 201)
        let text = Diagnostic.text(reading.diagnostics)
        #expect(text.utf8.count < 40_000)
        #expect(text.hasSuffix("error: 19800 more errors are not shown; mend those above first\n"))
        let json = Diagnostic.json(reading.diagnostics)
        #expect(json["error_count"] == 20_000)
        #expect(json["valid"] == false)
        #expect(json["diagnostics"]?.array?.count == 201)
    }

    @Test func `errors in very many files are cut alike`() {
        let files = (0..<1000).map { ManifestFile(name: "\($0).yaml", text: Array("workspace: 1\n".utf8)) }
        let reading = ManifestReader().read(files)
        #expect(reading.diagnostics.count == 201)
        #expect(Diagnostic.json(reading.diagnostics)["error_count"] == 1000)
    }

    @Test func `a long line is shown around the fault, with carets under it`() throws {
        let filler = String(repeating: "x", count: 500_000)
        let reading = read("workspace: a\nwebhooks: { a: { description: \(filler), url: https://a.example, events: [NOPE] } }\n")
        let wrong = try #require(reading.diagnostics.first { $0.summary.contains("NOPE") })
        let line = try #require(wrong.snippet?.line)
        #expect(line.unicodeScalars.count <= 202)
        let shown = Array(line.unicodeScalars)
        let snippet = try #require(wrong.snippet)
        let marked = String(String.UnicodeScalarView(shown[snippet.highlightStart..<snippet.highlightStart + snippet.highlightCount]))
        #expect(marked == "NOPE")
        #expect(line.hasPrefix("…"))
        #expect(wrong.range?.start.column == 500_066)
        #expect(Diagnostic.text(reading.diagnostics).utf8.count < 3000)
    }

    @Test func `the secret in a long line stays hidden`() throws {
        let filler = String(repeating: "ü", count: 5000)
        let reading = read("workspace: a\nwebhooks: { a: { description: \(filler), secret: hunter2hunter2, url: 1, events: [\"*\"] } }\n")
        let text = Diagnostic.text(reading.diagnostics)
        #expect(text.contains("written in clear"))
        #expect(!text.contains("hunter2"))
        #expect(text.contains("••••"))
    }

    @Test func `a name of any length or content is cut and made harmless in messages`() {
        let reading = read("workspace: a\nscopes:\n  \"\(String(repeating: "y", count: 900))\\e[2J\": 1\n")
        let text = Diagnostic.text(reading.diagnostics)
        #expect(text.utf8.count < 4000)
        #expect(!text.contains("\u{1B}"))
    }

    @Test func `five thousand repeated keys take as long for each as fifty thousand`() {
        func seconds(_ count: Int, _ text: (Int) -> String) -> Double {
            let manifest = text(count)
            let start = ContinuousClock.now
            let reading = read(manifest)
            #expect(Diagnostic.json(reading.diagnostics)["error_count"]?.integer ?? 0 >= count)
            return (ContinuousClock.now - start) / .seconds(1)
        }
        func block(_ count: Int) -> String { "workspace: a\nwebhooks:\n" + String(repeating: "  a: {}\n", count: count + 1) }
        func oneLine(_ count: Int) -> String { "workspace: a\nscopes: { \(String(repeating: "a: x, ", count: count + 1)) }\n" }
        func undeclared(_ count: Int) -> String {
            "workspace: a\nwebhooks:\n"
                + (0..<count).map { "  w\($0): { url: https://a.example, events: [NO_SUCH_\($0)] }\n" }.joined()
        }
        func circle(_ count: Int) -> String {
            "workspace: a\nmoved:\n"
                + (0..<count).map { "  - { from: webhook.a\($0), to: webhook.a\(($0 + 1) % count) }\n" }.joined()
        }
        for shape in [block, oneLine, undeclared, circle] {
            let few = seconds(1000, shape)
            #expect(seconds(10_000, shape) < max(few, 0.02) * 20)
        }
    }

    @Test func `a saved plan that is given as a manifest is told in one sentence`() {
        let plan: JSON = ["format_version": "1.2", "resource_changes": [], "reconcile": ["format": 1], "file_digest": "x"]
        let reading = read(plan.text + "\n")
        #expect(reading.manifest == nil)
        #expect(reading.diagnostics.map(\.summary) == ["this is a saved plan, not a manifest"])
        #expect(Diagnostic.text(reading.diagnostics).contains("reconcile apply FILE"))
    }

    @Test(arguments: [
        ("workspace:\ta\n", [11]), ("workspace: a\nscopes:\n  a:b:\tx\n", [7]), ("workspace: a\nscopes: {a:b:\tx,\tc:d: y}\n", [14, 17]),
        ("workspace: a #\tcomment\n#\tx\ty\n", []), ("workspace: a\t\nscopes:\n  a:b: \"x\ty\"\t# z\n  c:d: |\n    x\ty\n", []),
        ("workspace: a\nscopes:\n  é:\tx\n", [5]), ("workspace: a\nscopes:\n  a:b: x\ty\n", []),
    ])
    func `a tab between two parts of a line is an error at its place, one in a text or comment is none`(text: String, columns: [Int]) {
        let tabs = read(text).diagnostics.filter { $0.summary.contains("tab") }
        #expect(tabs.compactMap { $0.range?.start.column } == columns)
    }

    @Test func `a field on the wrong indentation is told to be indented, and a secret among them is hidden`() {
        let text = Diagnostic.text(
            read(
                """
                workspace: acme
                webhooks:
                  a:
                    url: https://a.example
                    events: ["*"]
                  name: x
                  secret: hunter2hunter2
                description: y

                """
            ).diagnostics)
        #expect(text.contains("m.yaml:6:3: error: `name` is a field of a webhook"))
        #expect(text.contains("m.yaml:7:3: error: `secret` is a field of a webhook"))
        #expect(text.contains("m.yaml:8:1: error: `description` is no field of a manifest"))
        #expect(text.contains("indent it as deep as the other fields"))
        #expect(!text.contains("hunter2"))
    }

    @Test(arguments: [
        ("keyPolicies", "p: { scopes: [%] }", 501, "`scopes` has more than 500 entries"),
        ("webhooks", "w: { url: https://a.example, events: [%] }", 201, "`events` has more than 200 entries"),
        ("integrations", "i: { provider: custom, scopes: [%] }", 201, "`scopes` has more than 200 entries"),
        ("integrations", "i: { provider: custom, redirectUris: [%] }", 101, "`redirectUris` has more than 100 entries"),
        ("integrations", "i: { provider: custom, returnUrls: [%] }", 101, "`returnUrls` has more than 100 entries"),
        ("keyPolicies", "p: { scopes: [\"*\"], allowedCIDRs: [%] }", 101, "`allowedCIDRs` has more than 100 entries"),
        ("events", "BIG: { description: x, schema: { enum: [%] } }", 20_000, "`schema` is longer than 64 KiB as JSON"),
    ])
    func `what a manifest lists has a bound`(section: String, entry: String, count: Int, message: String) {
        let list = (0..<count).map { "a\($0)" }.joined(separator: ", ")
        let reading = read("workspace: a\n\(section):\n  \(entry.replacing("%", with: list))\n")
        #expect(reading.diagnostics.map(\.summary).contains(message))
    }
}
