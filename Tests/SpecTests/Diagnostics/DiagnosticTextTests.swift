import Spec
import Testing
import Values

struct DiagnosticTextTests {
    private func diagnostic(_ line: String, _ start: Int, _ count: Int) -> Diagnostic {
        Diagnostic(
            "wrong", detail: "do right",
            at: SourceRange(
                file: "a/b.yaml", start: .init(line: 3, column: start + 1, byte: 20 + start),
                end: .init(line: 3, column: start + count + 1, byte: 20 + start + count)),
            snippet: .init(line: line, highlightStart: start, highlightCount: count))
    }

    @Test func `carets stand under the range`() {
        #expect(diagnostic("  url: x", 7, 1).text == "a/b.yaml:3:8: error: wrong; do right\n  url: x\n       ^")
    }

    @Test func `carets heed wide characters, combining marks and tabs`() {
        #expect(diagnostic("日本: x", 4, 1).text.hasSuffix("日本: x\n      ^"))
        #expect(diagnostic("e\u{301}: 日本", 4, 2).text.hasSuffix("\n   ^^^^"))
        #expect(diagnostic("\ta: bc", 4, 2).text.hasSuffix("\n\t   ^^"))
    }

    @Test func `the JSON is Terraform's`() {
        let json = Diagnostic.json([diagnostic("é: x", 3, 1)])
        #expect(json["valid"] == false)
        #expect(json["error_count"] == 1)
        let first = json["diagnostics"]?.array?.first
        #expect(first?["severity"] == "error")
        #expect(first?["summary"] == "wrong")
        #expect(first?["detail"] == "do right")
        #expect(
            first?["range"] == [
                "filename": "a/b.yaml", "start": ["line": 3, "column": 4, "byte": 23], "end": ["line": 3, "column": 5, "byte": 24],
            ])
        #expect(first?["snippet"]?["highlight_start_offset"] == 4)
        #expect(first?["snippet"]?["highlight_end_offset"] == 5)
        #expect(Diagnostic.json([])["valid"] == true)
    }

    @Test(arguments: [
        ("POST_PUBLISH", "POST_PUBLISHED"), ("post_published", "POST_PUBLISHED"), ("PSOT_FAILED", "POST_FAILED"),
        ("INVOICE", nil as String?),
        ("", nil),
    ])
    func `the nearest name is found, and none where none is near`(name: String, nearest: String?) {
        #expect(Nearest.match(for: name, among: ["POST_PUBLISHED", "POST_FAILED", "MENTION_RECEIVED"]) == nearest)
    }
}
