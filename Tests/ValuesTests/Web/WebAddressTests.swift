import TestSupport
import Testing
import Values

struct WebAddressTests {
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
        ("203.0.113.0/24", "203.0.113.9", true), ("203.0.113.0/24", "203.0.114.9", false), ("0.0.0.0/0", "1.2.3.4", true),
        ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.4", false), ("2001:db8::/32", "2001:db8:1::5", true),
        ("2001:db8::/32", "2001:db9::", false),
        ("10.0.0.0/8", "::ffff:10.9.9.9", true), ("::/0", "1.2.3.4", false), ("192.0.2.128/25", "192.0.2.127", false),
    ])
    func `networks have their addresses in them`(network: String, address: String, isWithin: Bool) throws {
        let range = try #require(NetworkRange(network))
        #expect(range.contains(try #require(NetworkAddress(address))) == isWithin)
    }

    @Test(arguments: [
        "", "x", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "010.0.0.0/8", "10.0.0.0/", "10.0.0.0/8/8", "::/129", "1::2::3/4",
        "2001:db8::1/32", "::1%eth0", "203.0.113.0/024", "10.0.0.0/08", "2001:db8::/032", "0.0.0.0/00",
    ])
    func `what is no network has a remedy`(text: String) {
        #expect(NetworkRange.problem(text) != nil)
        #expect(NetworkRange(text) == nil)
    }

    @Test(arguments: [
        ("posts:*", "posts:read", true), ("posts:*", "posts", false), ("posts:*", "posts:", false), ("*", "x", true),
        ("posts:read", "posts:read", true), ("posts:*", "postsx:read", false), ("a:b:*", "a:b:c:d", true),
    ])
    func `wildcards cover what lies below`(pattern: String, scope: String, covers: Bool) {
        #expect(ScopePattern.covers(pattern, scope) == covers)
    }
}
