import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import IntegrationRuntime

/// Requests from a seed, right and broken, read whole and in pieces, against what `RequestOracle` makes of them.
struct RequestReaderFuzzTests {
    private typealias Random = SeededGenerator

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `hundreds of streams are read as the grammar says, the same however they are cut`(seed: UInt64) {
        var random = Random(seed: seed)
        var outcomes: Set<String> = []
        for number in 1...400 {
            let bytes = Self.stream(&random)
            let oracle = RequestOracle(bytes)
            outcomes.insert(oracle.found.last.map { String($0.prefix(8)) } ?? "")
            let pieces = [[bytes], Self.cut(bytes, &random)] + (bytes.count < 200 ? [bytes.map { [$0] }] : [])
            for pieces in pieces {
                let (found, consumed) = Self.read(pieces)
                guard found == oracle.found, consumed == nil || consumed == oracle.position else {
                    Issue.record(
                        "number \(number) in \(pieces.count) pieces: \(String(decoding: bytes.prefix(2000), as: UTF8.self).debugDescription)\nread \(found) \(consumed ?? -1)\nnot \(oracle.found) \(oracle.position)"
                    )
                    return
                }
            }
        }
        // The set is worth its name only while it reaches the refusals, and ends within requests too.
        #expect(outcomes.isSuperset(of: ["more ", "400 requ", "400 line", "400 head", "400 host", "400 body", "400 chun", "501 tran"]))
    }

    /// What is found, and how many bytes that took; nil after a failure, behind which nothing is read.
    private static func read(_ pieces: [[UInt8]]) -> (found: [String], consumed: Int?) {
        var reader = RequestReader()
        var input = ByteBuffer()
        var (found, body, written) = ([String](), [UInt8](), 0)
        func hex() -> String { body.map { String($0, radix: 16) }.joined(separator: ".") }
        for piece in pieces {
            input.writeBytes(piece)
            written += piece.count
            do throws(APIError) {
                while let part = try reader.next(from: &input) {
                    switch part {
                    case .head(let head): found.append(describe(head))
                    case .body(let bytes): body += bytes.readableBytesView
                    case .end:
                        found.append("end \(hex()) at \(written - input.readableBytes)")
                        body = []
                    }
                }
            } catch {
                return (found + ["\(error.status.code) \(error.code) \(hex())"], nil)
            }
        }
        return (found + ["more \(hex())"], written - input.readableBytes)
    }

    private static func describe(_ head: RequestHead) -> String {
        let fields = head.request.headerFields.map { "\($0.name.rawName)=\($0.value)" }
        return "\(head.request.method.rawValue) \(head.request.path ?? "") \(head.persists) \(head.isOld) \(head.expectsContinue) \(fields)"
    }

    // MARK: Streams

    private static func below(_ bound: Int, _ random: inout Random) -> Int { Int(random.next() % UInt64(bound)) }

    private static func cut(_ bytes: [UInt8], _ random: inout Random) -> [[UInt8]] {
        let places = (0..<(1 + below(6, &random))).map { _ in below(bytes.count + 1, &random) }.sorted()
        return zip([0] + places, places + [bytes.count]).map { Array(bytes[$0..<$1]) }
    }

    private static let noise = Array("\r\n\0 \t:;,01aAkF/?#%\u{7F}\u{212A}\u{301}é".utf8) + [0x80, 0xFF]

    private static func stream(_ random: inout Random) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0...below(3, &random) { bytes += request(&random) }
        // Not within the brackets of an address, of which the oracle knows two.
        guard random.oneIn(2), !bytes.contains(UInt8(ascii: "[")) else { return bytes }
        for _ in 0...below(3, &random) {
            let place = below(bytes.count, &random)
            let byte = noise[below(noise.count, &random)]
            switch below(4, &random) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            case 2 where bytes.count > 1: bytes.remove(at: place)
            default: bytes += bytes[place...].prefix(below(40, &random))
            }
        }
        return bytes
    }

    private static func request(_ random: inout Random) -> [UInt8] {
        let method = random.pick(["GET", "POST", "PUT", "OPTIONS", "HEAD", "get", "CONNECT", "M!", "G@T", ""])
        let target = random.pick([
            "/", "/a?b=c", "/a%zz", "*", "http://h/x", "HTTPS://h:8?y", "http://u@h/", "http://", "//h", "a", "/#", "/\u{e9}",
            "http://[::1]/",
        ])
        let version = random.pick([
            "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.9", "HTTP/2.0", "HTTP/1.1 ", "HTTP/1", "http/1.1",
        ])
        var lines = [random.oneIn(3) ? "\(method) \(target) \(version)" : "POST /a HTTP/1.1"]
        if !random.oneIn(12) {
            lines.append("Host: " + random.pick(["h", "h:80", "", "[::1]:1", "[2001:db8::7]", "h:", "a b", ":1", "a,b", "h"]))
        }
        for _ in 0..<below(3, &random) { lines.append(random.pick(plain)) }
        var body = ""
        switch below(4, &random) {
        case 0:
            lines.append("Content-Length: " + random.pick(["5", "5", "05", "0", "5, 5", "+5", "", "6", "9223372036854775808", "\u{661}"]))
            body = "hello"
        case 1, 2:
            lines.append(
                random.pick([
                    "Transfer-Encoding: chunked", "transfer-encoding:CHUNKED\t", "Transfer-Encoding: chunked", "Transfer-Encoding: x",
                ]))
            for _ in 0..<below(3, &random) { body += random.pick(chunks) }
            body += random.pick(["0\r\n\r\n", "0\r\n\r\n", "0;a\r\nX: y\r\n\r\n", "00\r\nbad\r\n\r\n", "0\r\n X: y\r\n\r\n", ""])
        default: break
        }
        if random.oneIn(10) { lines.append(random.pick(odd)) }
        if random.oneIn(60) { lines.append("X: " + String(repeating: "a", count: 65_000 + below(1000, &random))) }
        if random.oneIn(60) { lines[0] = "GET /\(String(repeating: "a", count: 16_300 + below(200, &random))) HTTP/1.1" }
        if random.oneIn(60) { lines += Array(repeating: "A: b", count: 250 + below(10, &random)) }
        let blank = random.oneIn(8) ? String(repeating: "\r\n", count: below(40, &random)) : ""
        return Array((blank + lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    private static let plain = [
        "Connection: close", "Connection: x, Keep-Alive", "Expect: 100-continue", "Expect: 100-Continue", "X-API-Key: k", "A:", "A:  b\t ",
        "Upgrade: h2c", "Te: trailers", "A: \u{e9}", "Connection: X-API-Key",
    ]
    private static let odd = [
        " folded", "A : b", ": b", "A", "Host: h", "Expect: tea", "Content-Length: 5", "Transfer-Encoding: chunked", "A: b\u{0}", "A: b\rc",
        "Transfer-Encoding: chun\u{212A}ed", "Connection: \u{212A}eep-alive",
    ]
    private static let chunks = [
        "5\r\nhello\r\n", "1;a=\"b\"\r\nx\r\n", "A \t;\r\n0123456789\r\n", "1 \r\nx\r\n", "0x1\r\nx\r\n", "ffffffffffffffff\r\n",
        "7fffffffffffffff\r\nx", "00000000000000001\r\nx\r\n", "1\nx\r\n", "2\r\nx\r\n", "1\r\nx\n", "-1\r\nx\r\n",
    ]
}
