import TestSupport
import Testing
import Values

struct WebURLTests {
    @Test(arguments: [
        "https://x.example", "https://x.example:8443/a/b?c=d", "HTTPS://X.Example/", "http://localhost:8787/x", "http://127.0.0.1/",
        "http://127.9.9.9:1",
        "http://[::1]:80/", "http://app.localhost/", "https://[2001:db8::1]/", "https://192.0.2.1/", "https://x_y.example/%20",
        "https://x.example/~a_b",
        "https://3com.example/", "https://xn--bcher-kva.example/",
    ])
    func `good receivers pass`(url: String) {
        #expect(URLRules.receiver.problem(url) == nil)
    }

    @Test(arguments: [
        "", "x", "ftp://x.example", "https://", "https:///a", "https://x.example:0/", "https://x.example:65536/", "https://x.example:/",
        "https://a b.example/",
        "https://x.example/a b", "https://x.example/%2", "https://x..example/", "https://-x.example/", "https://x-.example/",
        "https://2130706433/",
        "https://0177.0.0.1/", "https://127.1/", "https://0x7f000001/", "https://1.2.3.4.5/", "https://[::1/", "https://[1::2::3]/",
        "https://bücher.example/",
        "http://x.example/", "http://127.0.0.1.example/", "http://128.0.0.1/", "https://x.example/\u{7F}", "https://u@x.example/",
        "https://x.example/#f",
        "https://x.example\\@y.example/",
    ])
    func `bad receivers do not`(url: String) {
        #expect(URLRules.receiver.problem(url) != nil)
    }

    @Test func `rules differ by purpose`() {
        #expect(URLRules.page.problem("https://x.example/#done") == nil)
        #expect(URLRules.issuer.problem("https://x.example/?a") != nil)
        #expect(URLRules.endpoint.problem("https://x.example/?a") == nil)
    }

    @Test func `a fast look never allows what the slow one refuses`() {
        var random = SeededGenerator(seed: 7)
        let pieces = ["a", "1", "-", ".", "_", "example", "/", "x", "0x1", "127", "?", "#", "@", ":", "80", "%41", "~"]
        for _ in 0..<20_000 {
            let url =
                "https://" + (0..<Int.random(in: 0...7, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard URLRules.receiver.problem(url) == nil else { continue }
            #expect((try? WebURL(url)) != nil, "\(url)")
        }
    }

    @Test(arguments: [
        ("http://[::1]", true), ("http://[0:0:0:0:0:0:0:1]/x", true), ("http://[::ffff:127.0.0.1]:8080", true), ("http://[::2]", false),
        ("http://127.255.255.254", true), ("http://126.0.0.1", false), ("http://LOCALHOST", true), ("http://a.localhost", true),
        ("http://localhost.example", false), ("http://127.0.0.1.example", false),
    ])
    func `loopback is told by the address, however it is written`(text: String, isLoopback: Bool) throws {
        #expect(try WebURL(text).isLoopback == isLoopback)
    }

    @Test func `two spellings of an address are one origin`() throws {
        #expect(try WebURL("https://[2001:DB8:0:0::1]/a").origin == WebURL("https://[2001:db8::1]:443/b").origin)
        #expect(try WebURL("https://[2001:DB8:0:0::1]/a").host == "2001:db8::1")
    }

    @Test func `a name whose last label only begins like a number is a name`() throws {
        #expect(try WebURL("https://a.0xyz/").host == "a.0xyz")
        #expect(throws: WebURL.Problem.self) { try WebURL("https://a.0x1f/") }
    }

    @Test(arguments: [
        ("https://x.example/cb", "https://x.example/cb?a=1"), ("https://x.example/cb?", "https://x.example/cb?a=1"),
        ("https://x.example/cb?b=2", "https://x.example/cb?b=2&a=1"), ("https://x.example/cb#f?g", "https://x.example/cb?a=1#f?g"),
        ("https://x.example/cb?b#f", "https://x.example/cb?b&a=1#f"),
    ])
    func `parameters are added to the query that is there, before the fragment`(url: String, expected: String) {
        #expect(WebURL.adding("a=1", to: url) == expected)
    }

    @Test(arguments: [
        "https://x.example", "http://localhost:8080/a?b#c", "https://[2001:db8::1]:443/", "https://x.example/?", "https://1.2.3.4?q",
    ])
    func `a URL in canonical text is written as it was read`(text: String) throws {
        #expect(try WebURL(text).text == text)
        #expect(text.hasPrefix(try WebURL(text).base))
    }

    @Test func `the text of a URL has no credentials`() throws {
        #expect(try WebURL("HTTPS://user:secret@X.example/A").text == "https://x.example/A")
    }
}
