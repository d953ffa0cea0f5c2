import Spec
import TestSupport
import Testing
import Values

struct CanonicalTextTests {
    @Test func `the direct text of a spec is that of its JSON`() {
        var random = SeededGenerator(seed: 11)
        let texts = ["", "plain", "quo\"te", "back\\slash", "line\nbreak", "ü€😀", "\u{2028}", "tab\t\u{01}"]
        func text() -> String { texts.randomElement(using: &random) ?? "" }
        for _ in 0..<500 {
            let webhook = WebhookSpec(
                name: text(), description: Bool.random(using: &random) ? text() : nil, url: text(),
                events: (0..<Int.random(in: 0...3, using: &random)).map { _ in text() },
                headers: (0..<Int.random(in: 0...3, using: &random)).map {
                    WebhookSpec.Header(
                        name: "\(text())\($0)", value: Bool.random(using: &random) ? .text(text()) : .secret(.environment(text())))
                },
                retryConfig: Bool.random(using: &random) ? .init() : .init(maxRetries: 7, backoffMultiplier: 1.5),
                status: Bool.random(using: &random) ? .active : .paused,
                secret: [nil, .environment("A"), .file(text()), .stored].randomElement(using: &random) ?? nil)
            for spec in [ResourceSpec.webhook(webhook), .scope(ScopeSpec(description: text()))] {
                #expect(spec.canonicalText == spec.json.canonicalText)
            }
        }
    }
}
