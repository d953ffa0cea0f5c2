import Testing
import Values

struct AuthorityTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65_535),
        ("[2001:db8::1]", "2001:db8::1", nil),
        ("a_b.example", "a_b.example", nil), ("h:0080", "h", 80),
    ])
    func `host and port are read`(text: String, host: String, port: Int?) throws {
        let authority = try #require(Authority(text))
        #expect(authority.host == host)
        #expect(authority.port == port)
    }

    @Test(arguments: [
        "::1:8080", ":8080", "h:+80", "h:-1", "http://h:80", "h:80/", "[::1", "[::1]8080", "[127.0.0.1]:80", "[h]:80", "h:65536", "u@h:80",
        "h h:80",
        "h:99999999999999999999",
    ])
    func `anything else is none`(text: String) {
        #expect(Authority(text) == nil)
    }

    @Test(arguments: ["127.0.0.1:8080", "[::1]:0", "[2001:db8::1]", "h"])
    func `it is written as it is read`(text: String) {
        #expect(Authority(text)?.description == text)
    }

    @Test(arguments: ["::1", "[::1]"])
    func `an IPv6 address has brackets where it is written, and none where it is used`(host: String) {
        let authority = Authority(host: host, port: 80)
        #expect(authority.host == "::1")
        #expect(authority.description == "[::1]:80")
    }

    @Test func `the grammar takes an empty text, an empty port and one of any length`() {
        for text in ["", "h:", "h:123456"] { #expect(Authority.isValid(text.utf8)) }
    }
}
