import Foundation
import TestSupport

/// A set of requests from a seed, the same on every run: plain checks, odd spellings, pipelines, other methods and routes, bodies, and what
/// breaks HTTP. `{free}`, `{limited}` and `{policy}` stand for keys.
struct RecordedRequests {
    let texts: [String]

    init(count: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        texts = (0..<count).map { _ in Self.item(&random) }
    }

    /// One to four requests, the last of which closes.
    private static func item(_ random: inout SeededGenerator) -> String {
        var text = ""
        let count = random.oneIn(3) ? 2 + Int(random.next() % 3) : 1
        for index in 1...count { text += request(&random, isLast: index == count) }
        return text
    }

    private static func request(_ random: inout SeededGenerator, isLast: Bool) -> String {
        let isPlain = random.oneIn(2)
        var lines = [line(&random, isPlain: isPlain)]
        lines.append(isPlain ? "Host: test" : random.pick(["Host: test:80", "HOST: test", "host:  [::1]:80 ", "Host: test", "Host:"]))
        lines.append(contentsOf: credentials(&random))
        if random.oneIn(3) {
            lines.append("X-Required-Scope: " + random.pick(["posts:read", "posts:write", "posts:read,analytics:read", " "]))
        }
        if random.oneIn(5) { lines.append("X-Request-Id: " + random.pick(["abc-1", "with space", "q_9.z"])) }
        if random.oneIn(6) { lines.append("X-Forwarded-For: " + random.pick(["203.0.113.9", "1.2.3.4, 203.0.113.9", "rubbish"])) }
        if random.oneIn(6) { lines.append(random.pick(["Accept: */*", "Connection: keep-alive", "cookie: a=b; c=d", "User-Agent: \t x"])) }
        var body = ""
        if !isPlain {
            if random.oneIn(12) { lines.append(random.pick(broken)) }
            switch random.next() % 8 {
            case 0:
                lines.append("Content-Length: 5")
                body = "hello"
            case 1:
                lines.append("Transfer-Encoding: chunked")
                body = random.pick([
                    "5\r\nhello\r\n0\r\n\r\n", "3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n", "5\r\nhellox\r\n", "x\r\n", "0\r\n\r\n",
                ])
            case 2: lines.append(random.pick(["Upgrade: h2c\r\nConnection: upgrade", "TE: trailers", "Content-Length: 0"]))
            default: break
            }
        }
        if isLast { lines.append(random.pick(["Connection: close", "connection: Close", "Connection: x, close"])) }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    private static func line(_ random: inout SeededGenerator, isPlain: Bool) -> String {
        let plainTargets = [
            "/auth/check", "/auth/check?scope=posts:read", "/auth/check?scope=posts:write", "/auth/check?deny_status=403",
            "/auth/check?scope=posts:read&scope=analytics:read", "/auth/check/api/posts", "/auth/check/api/posts?scope=admin&x=%20",
        ]
        guard !isPlain else { return "GET \(random.pick(plainTargets)) HTTP/1.1" }
        let targets =
            plainTargets + [
                "/auth/check/", "/auth/check//", "/auth/check//?scope=posts:write", "/auth/check/?scope=posts:write", "/auth//check",
                "/auth/check?scope=posts%3Aread", "/auth/check?scope=a+b", "/auth/check?scope=", "/auth/check?",
                "/auth/check?deny_status=200",
                "/auth/check?x=y&scope=posts:read", "/auth/check/a%2fb", "http://test/auth/check?scope=posts:read", "HTTP://test?x",
                "/auth/checks",
                "/healthz", "/readyz", "/echo", "/events", "/nowhere", "/Auth/check", "/auth/check;x", "/auth/check?scope=\"", "*",
                "auth/check",
                "/auth/check#x",
            ]
        let methods = ["GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "FROB", "get", "CONNECT"]
        let versions = [
            "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1",
        ]
        return "\(random.pick(methods)) \(random.pick(targets)) \(random.pick(versions))"
    }

    private static func credentials(_ random: inout SeededGenerator) -> [String] {
        switch random.next() % 12 {
        case 0...2: ["Authorization: Bearer {free}"]
        case 3, 4: ["X-API-Key: {limited}"]
        case 5: ["x-api-key:{policy}\t"]
        case 6: ["AUTHORIZATION: bearer  {limited}"]
        case 7: ["X-API-Key: {free}", "Authorization: Bearer {free}"]
        case 8: ["X-API-Key: {free}", "X-API-Key: {limited}"]
        case 9: ["Authorization: Basic abc"]
        case 10: ["X-API-Key: nonsense"]
        default: []
        }
    }

    private static let broken = [
        " folded: x", "Bad Name: x", "NoColon", "X: a\u{1}b", "Host: other", "Content-Length: -1", "Content-Length: 9223372036854775808",
        "Transfer-Encoding: gzip, chunked", "Expect: tea", "X: ä", "X: a\nY: b", ": x",
    ]
}

extension SeededGenerator {
    mutating func pick(_ choices: [String]) -> String { choices[Int(next() % UInt64(choices.count))] }
    mutating func oneIn(_ number: UInt64) -> Bool { next() % number == 0 }
}
