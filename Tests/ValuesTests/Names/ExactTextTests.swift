import Testing
import Values

struct ExactTextTests {
    static let lookAlikes = [
        ("K8s", "\u{212a}8s"), ("caf\u{e9}", "cafe\u{301}"), ("\u{c5}", "\u{212b}"), ("a;b", "a\u{37e}b"), ("`", "\u{1fef}"),
    ]

    @Test(arguments: lookAlikes)
    func `what String calls equal is two names`(a: String, b: String) {
        #expect(a == b)
        #expect(!a.isExactly(b))
        #expect(ExactText(a) != ExactText(b))
        #expect(Set([ExactText(a), ExactText(b)]).count == 2)
        #expect((ExactText(a) < ExactText(b)) == a.utf8.lexicographicallyPrecedes(b.utf8))
        #expect((ExactText(a) < ExactText(b)) != (ExactText(b) < ExactText(a)))
        #expect(![a].containsExactly(b))
        #expect(JSON.string(a) != JSON.string(b))
        #expect(!ScopePattern.covers(a, b))
    }

    @Test(arguments: ["", "a", "acme-social", String(repeating: "x", count: 8), "12345678901234567", "\u{1f600}"])
    func `the same bytes are the same name`(text: String) {
        let copy = String(decoding: Array(text.utf8), as: UTF8.self)
        #expect(ExactText(text) == ExactText(copy))
        #expect(ExactText(text).hashValue == ExactText(copy).hashValue)
        #expect(!(ExactText(text) < ExactText(copy)))
    }

    @Test func `one byte that differs makes another name, wherever it stands and however long the text is`() {
        for length in 1...40 {
            let text = String(repeating: "x", count: length)
            var names: Set<ExactText> = [ExactText(text)]
            for position in 0..<length {
                var bytes = Array(text.utf8)
                bytes[position] = UInt8(ascii: "y")
                let other = String(decoding: bytes, as: UTF8.self)
                #expect(!text.isExactly(other))
                names.insert(ExactText(other))
            }
            #expect(names.count == length + 1)
            #expect(!text.isExactly(text + "x"))
        }
    }
}
