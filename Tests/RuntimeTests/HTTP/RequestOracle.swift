import Values

/// What RFC 9112, read strictly, makes of bytes that are all there: written without the reader's code, to be compared with it.
///
/// The first line that is wrong decides; then, of a head whose lines are right, the host, the framing of the body, the expectation.
struct RequestOracle {
    private let bytes: [UInt8]
    /// Behind the last byte of what has been found.
    private(set) var position = 0
    private(set) var found: [String] = []
    private var body: [UInt8] = []

    private struct Failure: Error {
        var text: String

        init(_ text: String) { self.text = text }
    }

    /// Thrown where the bytes end too early.
    private struct Missing: Error {}

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        do {
            while true { try request() }
        } catch let failure as Failure {
            finish(failure.text)
        } catch {
            finish("more")
        }
    }

    private mutating func finish(_ text: String) { found.append("\(text) \(hex(body))") }

    private mutating func request() throws {
        var blank = 0
        var first = try line(16 * 1024 + 64, "414 uri_too_long", "400 line_end_invalid")
        while first.isEmpty {
            blank += 2
            guard blank < 64 else { throw Failure("400 request_line_invalid") }
            first = try line(16 * 1024 + 64, "414 uri_too_long", "400 line_end_invalid")
        }
        let (method, path, minor) = try Self.requestLine(first)
        let start = position - first.count - 2 - blank
        var fields: [(name: String, value: String)] = []
        while true {
            let next = try line(max(0, 64 * 1024 - (position - start)), "431 headers_too_large", "400 line_end_invalid")
            if next.isEmpty { break }
            guard fields.count < 256 else { throw Failure("431 headers_too_large") }
            guard let field = Self.field(next) else { throw Failure("400 header_invalid") }
            fields.append(field)
        }
        func values(_ name: String) -> [String] { fields.filter { Self.small($0.name) == name }.map(\.value) }
        let hosts = values("host")
        guard hosts.count == 1 || (hosts.isEmpty && minor == 0), hosts.allSatisfy(Self.isHost) else { throw Failure("400 host_invalid") }
        let (codings, lengths) = (values("transfer-encoding"), values("content-length"))
        var length = 0
        if !codings.isEmpty {
            guard lengths.isEmpty, minor > 0 else { throw Failure("400 body_framing_invalid") }
            guard codings.count == 1, Self.small(codings[0]) == "chunked" else { throw Failure("501 transfer_encoding_unsupported") }
        } else if !lengths.isEmpty {
            guard lengths.count == 1, let number = Int(lengths[0]), lengths[0].utf8.allSatisfy(Self.digits.contains) else {
                throw Failure("400 content_length_invalid")
            }
            length = number
        }
        let expectations = minor == 0 ? [] : values("expect").map(Self.small)
        guard expectations.isEmpty || expectations == ["100-continue"] else { throw Failure("417 expectation_failed") }
        let options = values("connection").flatMap { value -> [String] in
            let parts: [ArraySlice<UInt8>] = Array(value.utf8).split(separator: 0x2C)
            return parts.map { part in Self.small(String(decoding: part.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self)) }
        }
        let persists = !options.contains("close") && (minor > 0 || options.contains("keep-alive"))
        let kept = fields.filter { Self.small($0.name) != "host" }.map { "\($0.name)=\($0.value)" }
        let waits = !expectations.isEmpty && (!codings.isEmpty || length > 0)
        found.append("\(method) \(path) \(persists) \(minor == 0) \(waits) \(kept)")
        if codings.isEmpty { try take(length) } else { try chunks() }
        found.append("end \(hex(body)) at \(position)")
        body = []
    }

    private mutating func chunks() throws {
        while true {
            let text = try line(1024, "400 chunk_invalid", "400 chunk_invalid")
            let parts = text.split(separator: 0x3B, maxSplits: 1, omittingEmptySubsequences: false)
            var digits = Array(parts[0])
            if parts.count == 2 { while digits.last == 0x20 || digits.last == 0x09 { digits.removeLast() } }
            guard text.allSatisfy({ Self.isPrintable($0) }), !digits.isEmpty, digits.count <= 16,
                digits.allSatisfy(Self.hexadecimal.contains), let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw Failure("400 chunk_invalid") }
            if size == 0 { break }
            try take(size)
            guard try line(1, "400 chunk_invalid", "400 chunk_invalid").isEmpty else { throw Failure("400 chunk_invalid") }
        }
        let start = position
        for count in 0... {
            let next = try line(max(0, 64 * 1024 - (position - start)), "431 headers_too_large", "400 trailer_invalid")
            if next.isEmpty { return }
            guard count < 256 else { throw Failure("431 headers_too_large") }
            guard Self.field(next) != nil else { throw Failure("400 trailer_invalid") }
        }
    }

    /// A line without its end; `limit` is for the bytes in front of LF.
    private mutating func line(_ limit: Int, _ excess: String, _ wrongEnd: String) throws -> [UInt8] {
        let rest = bytes[position...]
        let text = rest.prefix { $0 != 0x0A }
        guard text.count <= limit else { throw Failure(excess) }
        guard text.count < rest.count else { throw Missing() }
        guard text.last == 0x0D else { throw Failure(wrongEnd) }
        position += text.count + 1
        return Array(text.dropLast())
    }

    private mutating func take(_ count: Int) throws {
        let part = bytes[position...].prefix(count)
        body += part
        position += part.count
        guard part.count == count else { throw Missing() }
    }

    private func hex(_ bytes: [UInt8]) -> String { bytes.map { String($0, radix: 16) }.joined(separator: ".") }

    // MARK: The grammar

    private static let digits = Set("0123456789".utf8)
    private static let hexadecimal = Set("0123456789abcdefABCDEF".utf8)
    private static let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    private static let token = digits.union(letters).union("!#$%&'*+-.^_`|~".utf8)
    private static let name = digits.union(letters).union("-._~%!$&'()*+;=".utf8)

    private static func isPrintable(_ byte: UInt8) -> Bool { byte == 0x09 || (byte >= 0x20 && byte != 0x7F) }

    private static func small(_ text: String) -> String {
        String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    }

    private static func requestLine(_ line: [UInt8]) throws -> (method: String, path: String, minor: Int) {
        let wrong = Failure("400 request_line_invalid")
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(token.contains) else { throw wrong }
        let version = parts[2]
        guard version.count == 8, Array(version[..<5]) == Array("HTTP/".utf8), version[6] == 0x2E, digits.contains(version[5]),
            digits.contains(version[7])
        else { throw wrong }
        guard version[5] == 0x31 else { throw Failure("505 http_version_not_supported") }
        let method = String(decoding: parts[0], as: UTF8.self)
        guard method != "CONNECT" else { throw Failure("501 method_not_implemented") }
        guard parts[1].count <= 16 * 1024 else { throw Failure("414 uri_too_long") }
        guard parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }) else { throw wrong }
        let target = String(decoding: parts[1], as: UTF8.self)
        let minor = Int(version[7]) - 0x30
        if target.hasPrefix("/") || (target == "*" && method == "OPTIONS") { return (method, target, minor) }
        guard let scheme = ["http://", "https://"].first(where: { small(target).hasPrefix($0) }) else { throw wrong }
        let rest = target.dropFirst(scheme.count)
        let path = rest.drop { $0 != "/" && $0 != "?" }
        let authority = rest.dropLast(path.count)
        guard !authority.isEmpty, isHost(String(authority)) else { throw wrong }
        return (method, path.hasPrefix("/") ? String(path) : "/\(path)", minor)
    }

    private static func field(_ line: [UInt8]) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: 0x3A), colon > 0, line[..<colon].allSatisfy(token.contains),
            line[colon...].allSatisfy({ isPrintable($0) })
        else { return nil }
        var value = Array(line[(colon + 1)...])
        for _ in 0..<2 {
            value = Array(value.drop { $0 == 0x20 || $0 == 0x09 }.reversed())
        }
        return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    /// Of addresses in brackets only those that the tests write.
    private static func isHost(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        if let literal = ["[::1]", "[2001:db8::7]"].first(where: { text.hasPrefix($0) }) {
            rest = rest.dropFirst(literal.utf8.count)
        } else {
            rest = rest.drop { name.contains($0) }
            guard rest.isEmpty || rest.count < text.utf8.count else { return false }
        }
        return rest.isEmpty || (rest.first == 0x3A && rest.dropFirst().allSatisfy(digits.contains))
    }
}
