import HTTPTypes
import NIOCore
import Testing

@testable import IntegrationRuntime

struct RequestReaderTests {
    /// What the reader finds in bytes that come in pieces, bodies joined.
    private static func read(_ pieces: [[UInt8]]) -> [String] {
        var reader = RequestReader()
        var input = ByteBuffer()
        var found: [String] = []
        var body = ""
        for piece in pieces {
            input.writeBytes(piece)
            do throws(APIError) {
                while let part = try reader.next(from: &input) {
                    switch part {
                    case .head(let head): found.append("\(head.request.method) \(head.request.path ?? "") \(head.persists)")
                    case .body(let bytes): body += String(buffer: bytes)
                    case .end:
                        found.append("end \(body)")
                        body = ""
                    }
                }
            } catch {
                return found + ["\(error.status.code) \(error.code)"]
            }
        }
        return found
    }

    private static func read(_ text: String) -> [String] { read([Array(text.utf8)]) }

    private static func head(_ fields: String..., line: String = "POST /a HTTP/1.1", host: String? = "h") -> String {
        ([line] + (host.map { ["Host: \($0)"] } ?? []) + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test(arguments: [
        (head(), ["POST /a true", "end "]),
        (head("Content-Length: 3") + "abc" + head(line: "GET /b HTTP/1.1"), ["POST /a true", "end abc", "GET /b true", "end "]),
        (head("transfer-encoding: Chunked") + "3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n", ["POST /a true", "end abc0123456789"]),
        (head("Transfer-Encoding: chunked") + "1 ;a\r\nx\r\n0\r\nTrailer: 1\r\n\r\n", ["POST /a true", "end x"]),
        (head("Connection: Keep-Alive, CLOSE"), ["POST /a false", "end "]),
        (head("Upgrade: h2c", "Connection: upgrade, http2-settings"), ["POST /a true", "end "]),
        (head(line: "GET / HTTP/1.0", host: nil), ["GET / false", "end "]),
        (head("Connection: keep-alive", line: "GET / HTTP/1.0", host: nil), ["GET / true", "end "]),
        (head(line: "GET / HTTP/1.7"), ["GET / true", "end "]),
        (head(line: "GET http://h:80/x?y HTTP/1.1"), ["GET /x?y true", "end "]),
        (head(line: "GET HTTPS://h?y HTTP/1.1"), ["GET /?y true", "end "]),
        (head(line: "OPTIONS * HTTP/1.1"), ["OPTIONS * true", "end "]),
        (head(line: "FROB /a HTTP/1.1"), ["FROB /a true", "end "]),
        ("\r\n\r\n" + head(), ["POST /a true", "end "]),
        (head(host: "[::1]:8080"), ["POST /a true", "end "]), (head(host: "a.b:80"), ["POST /a true", "end "]),
        (head(host: ""), ["POST /a true", "end "]),
        (head("Expect: 100-Continue", "Content-Length: 1") + "x", ["POST /a true", "end x"]),
        (head("X: a\u{7f}b"), ["400 header_invalid"]), (head("X: a\u{0}b"), ["400 header_invalid"]),
        (head("X: a\rb"), ["400 header_invalid"]),
        (head(" X: folded"), ["400 header_invalid"]), (head("X : y"), ["400 header_invalid"]), (head(": y"), ["400 header_invalid"]),
        (head("NoColon"), ["400 header_invalid"]), ("GET / HTTP/1.1\nHost: h\n\n", ["400 line_end_invalid"]),
        (head(host: nil), ["400 host_invalid"]), (head("Host: h"), ["400 host_invalid"]), (head(host: "a b"), ["400 host_invalid"]),
        (head(host: "a/b"), ["400 host_invalid"]), (head(host: "a:b"), ["400 host_invalid"]), (head(host: "[::1"), ["400 host_invalid"]),
        (head(host: "u@h"), ["400 host_invalid"]), (head(host: ":80"), ["400 host_invalid"]), (head(host: "a,b"), ["400 host_invalid"]),
        (head("Content-Length: 9223372036854775808"), ["400 content_length_invalid"]),
        (head("Content-Length: -1"), ["400 content_length_invalid"]), (head("Content-Length: +1"), ["400 content_length_invalid"]),
        (head("Content-Length: 1, 1"), ["400 content_length_invalid"]), (head("Content-Length:"), ["400 content_length_invalid"]),
        (head("Content-Length: 1", "Content-Length: 1"), ["400 content_length_invalid"]),
        (head("Content-Length: 4", "Transfer-Encoding: chunked"), ["400 body_framing_invalid"]),
        (head("Transfer-Encoding: chunked", line: "POST / HTTP/1.0"), ["400 body_framing_invalid"]),
        (head("Transfer-Encoding: gzip, chunked"), ["501 transfer_encoding_unsupported"]),
        (head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), ["501 transfer_encoding_unsupported"]),
        // U+212A becomes a `k` where letters are made small as text; a proxy in front would see no such body.
        (head("Transfer-Encoding: chun\u{212A}ed"), ["501 transfer_encoding_unsupported"]),
        (head("Connection: \u{212A}eep-alive", line: "GET / HTTP/1.0", host: nil), ["GET / false", "end "]),
        (head("Connection: a,\u{301}close,close\u{301}, CLOSE"), ["POST /a false", "end "]),
        (head("Transfer-Encoding: identity"), ["501 transfer_encoding_unsupported"]),
        (head("Expect: 200-ok"), ["417 expectation_failed"]), (head(line: "CONNECT h:443 HTTP/1.1"), ["501 method_not_implemented"]),
        (head(line: "PRI * HTTP/2.0", host: nil), ["505 http_version_not_supported"]),
        (head(line: "GET / HTTP/1"), ["400 request_line_invalid"]), (head(line: "GET /"), ["400 request_line_invalid"]),
        (head(line: "GET  / HTTP/1.1"), ["400 request_line_invalid"]), (head(line: "GET /a b HTTP/1.1"), ["400 request_line_invalid"]),
        (head(line: "GET a HTTP/1.1"), ["400 request_line_invalid"]), (head(line: "GET * HTTP/1.1"), ["400 request_line_invalid"]),
        (head(line: "GET /#a HTTP/1.1"), ["400 request_line_invalid"]), (head(line: "G@T / HTTP/1.1"), ["400 request_line_invalid"]),
        (head(line: "GET /ä HTTP/1.1"), ["400 request_line_invalid"]), (head(line: "GET http:///a HTTP/1.1"), ["400 request_line_invalid"]),
        (head("Transfer-Encoding: chunked") + "x\r\n", ["POST /a true", "400 chunk_invalid"]),
        (head("Transfer-Encoding: chunked") + "\r\n", ["POST /a true", "400 chunk_invalid"]),
        (head("Transfer-Encoding: chunked") + "8000000000000000\r\n", ["POST /a true", "400 chunk_invalid"]),
        (head("Transfer-Encoding: chunked") + "00000000000000001\r\n", ["POST /a true", "400 chunk_invalid"]),
        (head("Transfer-Encoding: chunked") + "1\nx\r\n", ["POST /a true", "400 chunk_invalid"]),
        (head("Transfer-Encoding: chunked") + "1\r\nxy\r\n", ["POST /a true", "400 chunk_invalid"]),
        (head("Transfer-Encoding: chunked") + "0\r\nBad Trailer: x\r\n\r\n", ["POST /a true", "400 trailer_invalid"]),
    ])
    func `a request is read as RFC 9112 says, the same however it is cut`(text: String, expected: [String]) {
        #expect(Self.read(text) == expected)
        let bytes = Array(text.utf8)
        #expect(Self.read(bytes.map { [$0] }) == expected, "byte by byte")
        for cut in 0...bytes.count { #expect(Self.read([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected, "cut at \(cut)") }
    }

    @Test func `a target, a head, fields and trailers beyond their bounds are 414 and 431, whole or endless`() {
        let long = String(repeating: "a", count: 17_000)
        #expect(Self.read("GET /\(long) HTTP/1.1\r\n") == ["414 uri_too_long"])
        #expect(Self.read("GET /\(long)") == ["414 uri_too_long"])
        #expect(Self.read("GET /\(String(repeating: "a", count: 16_000)) HTTP/1.1\r\nHost: h\r\n\r\n").first?.hasSuffix("true") == true)
        let wide = String(repeating: "a", count: 66_000)
        #expect(Self.read(Self.head("X: \(wide)")) == ["431 headers_too_large"])
        #expect(Self.read("GET / HTTP/1.1\r\nX: \(wide)") == ["431 headers_too_large"])
        #expect(Self.read(Self.head(String(repeating: "X: y\r\n", count: 300))) == ["431 headers_too_large"])
        #expect(
            Self.read(Self.head("Transfer-Encoding: chunked") + "0\r\n" + String(repeating: "X: y\r\n", count: 300)).last
                == "431 headers_too_large")
    }
}
