import Foundation
import HTTPTypes
import NIOCore
import Spec
import Testing
import Values

@testable import IntegrationRuntime

/// What peers see of HTTP itself, over real sockets.
struct HTTPServerTests {
    private static func exchange(_ chunks: String..., withFront: Bool = true) async throws -> [RawConnection.Answer] {
        let world = try await KeyWorld()
        return RawConnection.answers(
            in: try await world.serving(withFront: withFront) { try await RawConnection.exchange(chunks, port: $0) })
    }

    private static func request(_ line: String, _ fields: String..., body: String = "") -> String {
        (["\(line) HTTP/1.1", "Host: test"] + fields).joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    private static let close = "Connection: close"

    private static func error(_ answer: RawConnection.Answer?) -> String {
        guard let answer, let json = try? JSON(parsing: answer.body) else { return "no error in \(String(describing: answer))" }
        return "\(json["statusCode"]?.integer ?? 0) \(json["error"]?.string ?? "") \(json["code"]?.string ?? "")"
    }

    @Test(arguments: [
        ("NONSENSE\r\n", "400 Bad Request request_line_invalid"),
        ("GET /healthz HTTP/1.1\r\n\r\n", "400 Bad Request host_invalid"),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400 Bad Request host_invalid"),
        ("GET /auth/check HTTP/1.1\r\nHost: a b\r\n\r\n", "400 Bad Request host_invalid"),
        ("GET /auth/check HTTP/1.1\r\nHost: a:b\r\n\r\n", "400 Bad Request host_invalid"),
        ("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\n", "414 URI Too Long uri_too_long"),
        ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 70_000))", "431 Request Header Fields Too Large headers_too_large"),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "501 Not Implemented method_not_implemented"),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501 Not Implemented transfer_encoding_unsupported"),
        ("POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 Bad Request body_framing_invalid"),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", "400 Bad Request content_length_invalid"),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400 Bad Request content_length_invalid"),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "400 Bad Request content_length_invalid"),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n", "417 Expectation Failed expectation_failed"),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 Bad Request chunk_invalid"),
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nbad\r\n\r\n",
            "400 Bad Request trailer_invalid"
        ),
    ])
    func `what breaks HTTP is answered in the error shape, and the connection is closed`(text: String, expected: String) async throws {
        let answers = try await Self.exchange(text)
        #expect(answers.count == 1)
        #expect(Self.error(answers.first) == expected)
        #expect(answers.first?.value("content-type") == "application/json")
        #expect(answers.first?.value("x-content-type-options") == "nosniff")
    }

    @Test func `a body that is cut off is 400, and nothing is made of its start`() async throws {
        let world = try await KeyWorld()
        let text = try await world.serving { port in
            try await RawConnection.conversation(port: port) { peer in
                try await peer.send(Self.request("POST /echo", "Content-Length: 10", body: "{}"))
                try await peer.finishSending()
                return try await peer.receiveRest()
            }
        }
        #expect(RawConnection.answers(in: text).map { Self.error($0) } == ["400 Bad Request request_incomplete"])
    }

    @Test func `trailers are taken and dropped`() async throws {
        let answers = try await Self.exchange(
            Self.request("POST /echo", Self.close, "Transfer-Encoding: chunked", body: "2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n"))
        #expect(answers.map(\.body) == [#"{"bytes":2}"#])
    }

    @Test func `100 comes before the body is awaited, the answer after it`() async throws {
        let world = try await KeyWorld()
        let (interim, rest) = try await world.serving { port in
            try await RawConnection.conversation(port: port) { peer in
                try await peer.send(Self.request("POST /echo", Self.close, "Expect: 100-continue", "Content-Length: 2"))
                let interim = try await peer.receive(through: "\r\n\r\n")
                try await peer.send("{}")
                return (interim, try await peer.receiveRest())
            }
        }
        #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(RawConnection.answers(in: rest).map(\.body) == [#"{"bytes":2}"#])
    }

    @Test(arguments: [("2", "401 Unauthorized api_key_missing"), ("200000", "401 Unauthorized api_key_missing")])
    func `who is refused before the body gets the refusal and no 100`(length: String, expected: String) async throws {
        let answers = try await Self.exchange(Self.request("POST /events", "Expect: 100-continue", "Content-Length: \(length)"))
        #expect(answers.map { Self.error($0) } == [expected])
    }

    @Test func `a body that is too long by its own word is 413 and no 100`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "scopes": ["posts:read"]]).key
        let text = try await world.serving {
            try await RawConnection.exchange(
                [Self.request("POST /events", "X-API-Key: \(key)", "Expect: 100-continue", "Content-Length: 100001")], port: $0)
        }
        #expect(RawConnection.answers(in: text).map { Self.error($0) } == ["413 Content Too Large body_too_large"])
    }

    @Test func `a wish to upgrade is ignored, and the connection goes on`() async throws {
        let answers = try await Self.exchange(
            Self.request("GET /slow", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
            Self.request("GET /auth/check", "Connection: upgrade", "Upgrade: websocket"), Self.request("GET /slow", Self.close))
        #expect(answers.map { $0.status.split(separator: " ")[1] } == ["200", "401", "200"])
    }

    @Test func `HTTP 1 0 closes unless it asks to be kept, which is confirmed`() async throws {
        let world = try await KeyWorld()
        let text = try await world.serving { port in
            try await RawConnection.exchange(
                [
                    "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /healthz HTTP/1.0\r\n\r\n",
                    "GET /healthz HTTP/1.0\r\n\r\n",
                ],
                port: port)
        }
        let lines = text.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("connection:") }
        #expect(lines == ["Connection: keep-alive", "Connection: close"])
        #expect(text.components(separatedBy: "HTTP/1.1 200 OK\r\n").count == 3)
    }

    @Test func `an unread body of a kept connection is never taken for a request`() async throws {
        let answers = try await Self.exchange(
            Self.request("GET /slow", "Content-Length: 37", body: "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"),
            Self.request(
                "POST /events", "Transfer-Encoding: chunked", body: "25\r\nGET /healthz HTTP/1.1\r\nHost: test\r\n\r\n\r\n0\r\n\r\n"),
            Self.request("GET /slow", Self.close))
        #expect(answers.map { $0.status.split(separator: " ")[1] } == ["200", "401", "200"])
        #expect(answers.map { $0.body.contains("slow") } == [true, false, true])
    }

    @Test(arguments: [
        ("HEAD /healthz", "200 OK", ""), ("HEAD /readyz", "200 OK", ""), ("OPTIONS /healthz", "204 No Content", "GET, HEAD, OPTIONS"),
        ("OPTIONS /readyz", "204 No Content", "GET, HEAD, OPTIONS"),
        ("OPTIONS *", "204 No Content", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        ("PATCH /healthz", "405 Method Not Allowed", "GET, HEAD, OPTIONS"), ("FROB /echo", "405 Method Not Allowed", "OPTIONS, POST"),
        ("DELETE /slow", "405 Method Not Allowed", "GET, HEAD, OPTIONS"), ("GET /nowhere", "404 Not Found", ""),
        ("HEAD /nowhere", "404 Not Found", ""),
    ])
    func `every method of a path has an answer, and an address that leads nowhere too`(line: String, status: String, allow: String)
        async throws
    {
        let answer = try #require(try await Self.exchange(Self.request(line, Self.close)).first)
        #expect(answer.status == "HTTP/1.1 \(status)")
        #expect(answer.value("allow") ?? "" == allow)
        if line.hasPrefix("HEAD") || status.hasPrefix("204") {
            #expect(answer.body == "")
        } else {
            #expect(Self.error(answer).hasPrefix(status))
        }
    }

    @Test(arguments: ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "PURGE", "REPORT", "FROB", "HEAD"])
    func `a key check answers every method as it answers GET`(method: String) async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "scopes": ["posts:read"]]).key
        let text = try await world.serving { port in
            try await RawConnection.exchange(
                [
                    Self.request("\(method) /auth/check?scope=posts:read", "X-API-Key: \(key)"),
                    Self.request("\(method) /auth/check/a/b?scope=posts:write", "X-API-Key: \(key)"),
                    Self.request("\(method) /auth/check", "X-API-Key: x", Self.close),
                ], port: port)
        }
        let statuses = text.split(separator: "\r\n").filter { $0.hasPrefix("HTTP/") }
        #expect(statuses == ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 401 Unauthorized"])
        #expect(text.components(separatedBy: "X-Workspace-Id: acme").count == 3)
    }

    @Test(arguments: [
        "/auth/check//?scope=posts:write", "/auth/check/?scope=posts:write", "/auth/check//x?scope=posts:write&deny_status=7",
    ])
    func `behind the prefix nothing of the client's query is read, however it is cut`(target: String) async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "scopes": ["posts:read"]]).key
        let text = Self.request("GET \(target)", "X-API-Key: \(key)", Self.close)
        for (pieces, withFront) in [([text], true), (text.map(String.init), true), ([text], false)] {
            let answer = try await world.serving(withFront: withFront) { try await RawConnection.exchange(pieces, port: $0) }
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `silent connections give way at the bound, and one that is refused is told so`() async throws {
        let world = try await KeyWorld()
        try await world.serving(limits: HTTPConnectionLimits(maximumConnections: 2)) { port in
            try await RawConnection.conversation(port: port) { first in
                try await first.send("GET /hea")
                try await RawConnection.conversation(port: port) { second in
                    // For a while, in which the half head has come in for certain.
                    for _ in 0..<20 {
                        try await second.send(Self.request("GET /healthz"))
                        let answer1 = try await second.receive(through: "}")
                        #expect(answer1?.hasPrefix("HTTP/1.1 200 ") == true)
                        try await Task.sleep(for: .milliseconds(10))
                    }
                    let third = try await RawConnection.exchange([Self.request("GET /healthz", Self.close)], port: port)
                    #expect(third.hasPrefix("HTTP/1.1 200 OK\r\n"))
                    // The half head, which has waited longest, is gone without an answer; the kept connection is not.
                    let answer2 = try await first.receiveRest()
                    #expect(answer2 == "")
                    try await second.send(Self.request("GET /healthz"))
                    let answer3 = try await second.receive(through: "}")
                    #expect(answer3?.hasPrefix("HTTP/1.1 200 ") == true)
                }
            }
        }
    }

    @Test func `where all connections are at work a new one gets 503 with Retry-After`() async throws {
        let world = try await KeyWorld()
        let (begins, began) = AsyncStream<Void>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let long = Endpoint(.get, "/long", name: "long", summary: "Answers when it is let", access: .anyone, answers: []) { _ in
            began.finish()
            for await _ in ends {}
            return Reply(.ok, ["long": true])
        }
        try await world.serving(adding: [long], limits: HTTPConnectionLimits(maximumConnections: 1)) { port in
            try await RawConnection.conversation(port: port) { first in
                try await first.send(Self.request("GET /long"))
                for await _ in begins {}
                let refused = RawConnection.answers(in: try await RawConnection.exchange([], port: port))
                #expect(refused.map { Self.error($0) } == ["503 Service Unavailable too_many_connections"])
                #expect(refused.first?.value("retry-after") == "1")
                end.finish()
                let answer = try await first.receive(through: "}")
                #expect(answer?.hasPrefix("HTTP/1.1 200 ") == true)
            }
        }
    }

    @Test(arguments: [("", "401"), ("Expect: 100-continue\r\n", "100")])
    func `who owes a body keeps nobody out at the bound`(field: String, status: String) async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "scopes": ["posts:read"]]).key
        try await world.serving(limits: HTTPConnectionLimits(maximumConnections: 1)) { port in
            try await RawConnection.conversation(port: port) { first in
                let credentials = status == "100" ? "X-API-Key: \(key)\r\n" : ""
                try await first.send(
                    "\(Self.request("GET /healthz"))POST /events HTTP/1.1\r\nHost: h\r\n\(credentials)\(field)Content-Length: 60000\r\n\r\n"
                )
                let answer = try await first.receive(through: status == "100" ? "100 Continue\r\n\r\n" : "}")
                #expect(answer?.hasPrefix("HTTP/1.1 200 ") == true)
                let second = RawConnection.answers(
                    in: try await RawConnection.exchange([Self.request("GET /healthz", Self.close)], port: port))
                #expect(second.map { $0.status.split(separator: " ")[1] } == ["200"])
                let rest = try await first.receiveRest()
                #expect(rest == "")
            }
        }
    }
}
