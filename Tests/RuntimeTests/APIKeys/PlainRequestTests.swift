import HTTPTypes
import Testing

@testable import IntegrationRuntime

struct PlainRequestTests {
    private func read(_ text: String) -> PlainRequest? {
        let bytes = Array(text.utf8)
        return PlainRequest(bytes.span)
    }

    private func read(target: String = "/auth/check", fields: [String] = []) -> PlainRequest? {
        read("GET \(target) HTTP/1.1\r\nHost: a\r\n" + fields.map { "\($0)\r\n" }.joined() + "\r\n")
    }

    @Test func `a plain check is read whole, and not a byte more`() {
        let text =
            "GET /auth/check?scope=posts:read&deny_status=403&scope=a.b HTTP/1.1\r\nHost: h\r\nx-API-key:  k1 \t\r\n"
            + "Authorization: Bearer k2\r\nX-Required-Scope: c, d\r\nX-Forwarded-For: 1.2.3.4\r\nConnection: Keep-Alive\r\n\r\n"
        let request = read(text + "GET /next HTTP/1.1\r\n")
        #expect(request?.byteCount == text.utf8.count)
        #expect(request?.keys == ["k1"])
        #expect(request?.authorizations == ["Bearer k2"])
        #expect(request?.scopes == ["posts:read", "a.b", "c", "d"])
        #expect(request?.forwardedFor == ["1.2.3.4"])
        #expect(request?.deniedStatus == .forbidden)
    }

    @Test func `a client's path and query behind the prefix say nothing`() {
        let request = read(target: "/auth/check/api/posts?scope=admin&deny_status=403&q=%20")
        #expect(request?.scopes == [])
        #expect(request?.deniedStatus == .tooManyRequests)
    }

    @Test(arguments: [
        "Content-Length: 0", "content-length: 5", "Transfer-Encoding: chunked", "transfer-encoding : chunked", "Expect: 100-continue",
        "Upgrade: h2c", "Connection: close", "Connection: keep-alive, upgrade", "TE: trailers", "Trailer: x", "HTTP2-Settings: x",
        "Proxy-Connection: close", "Host: b", " folded: x", "\tfolded", "Bad Name: x", "Bad\u{0}: x", ": x", "NoColon", "X: a\u{1}b",
        "X: a\rb", "X: a\nY: b", "X: ä", "X@: y", "X-Request-Id: a\r\nX-Request-Id: b", "X: a\u{7f}",
    ])
    func `anything unusual goes to the full parser`(field: String) {
        #expect(read(fields: ["X-API-Key: k", field]) == nil)
    }

    @Test(arguments: [
        "GET /auth/check HTTP/1.1\r\n\r\n", "GET /auth/check HTTP/1.0\r\nHost: a\r\n\r\n", "get /auth/check HTTP/1.1\r\nHost: a\r\n\r\n",
        "HEAD /auth/check HTTP/1.1\r\nHost: a\r\n\r\n", "GET  /auth/check HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /auth/checks HTTP/1.1\r\nHost: a\r\n\r\n", "GET /auth/check/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /auth/check# HTTP/1.1\r\nHost: a\r\n\r\n", "GET /auth/check?scope=a%3Ab HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /auth/check?scope=a+b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /auth/check?other=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /auth/check?deny_status=4033 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /auth/check/a%2fb HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/auth/check HTTP/1.1\r\nHost: a\r\n\r\n", "\r\nGET /auth/check HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /auth/check HTTP/1.1\nHost: a\n\n", "GET /auth/check HTTP/1.1\r\nHost: a\r\n\n",
    ])
    func `another line than the plain one goes to the full parser`(text: String) {
        #expect(read(text) == nil)
    }

    @Test func `no part of a request is taken for a whole one`() {
        let text = Array("GET /auth/check?scope=a HTTP/1.1\r\nHost: h\r\nX-API-Key: k\r\n\r\n".utf8)
        for count in 0..<text.count {
            let part = Array(text[..<count])
            #expect(PlainRequest(part.span) == nil)
        }
        #expect(PlainRequest(text.span) != nil)
    }

    @Test func `a head beyond the bound goes to the full parser`() {
        #expect(read(fields: ["X: \(String(repeating: "a", count: PlainRequest.maximumBytes))"]) == nil)
        #expect(read(fields: (0..<70).map { "X-\($0): a" }) == nil)
    }
}
