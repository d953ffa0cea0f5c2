import HTTPTypes
import Values

/// A key check that can be read from the bytes alone, whole and without anything unusual.
///
/// The scanner takes a narrow language, a part of RFC 9112 on whose meaning every reader agrees: `GET` of `/auth/check`, with
/// CRLF line ends, one Host, plain header names and printable values, no body and nothing that changes the connection.
/// What it does not take is not judged here but handed to the full parser, so a request can never be split or joined
/// differently here than there (request smuggling, RFC 9112 § 11.2).
struct PlainRequest: Sendable, Hashable {
    var scopes: [String] = []
    var deniedStatus = HTTPResponse.Status.tooManyRequests
    var authorizations: [String] = []
    var keys: [String] = []
    var forwardedFor: [String] = []
    var requestID: String?
    /// Bytes from the first of the request line to the last of the empty line.
    var byteCount = 0

    /// Longer heads go to the full parser.
    static let maximumBytes = 16 * 1024
    private static let maximumFields = 64

    /// Reads one request from the front; nil for anything that is not one of these, or not yet whole.
    init?(_ bytes: Swift.Span<UInt8>) {
        var reader = HeadReader(limit: min(bytes.count, Self.maximumBytes))
        guard reader.take("GET /auth/check", bytes), readTarget(&reader, bytes), reader.take(" HTTP/1.1\r\n", bytes) else { return nil }
        var hosts = 0
        for _ in 0...Self.maximumFields {
            if reader.take("\r\n", bytes) {
                byteCount = reader.position
                guard hosts == 1 else { return nil }
                return
            }
            guard let field = reader.field(bytes), readField(field, &reader, bytes, &hosts) else { return nil }
        }
        return nil
    }

    /// The rest of the path and the query, up to the space.
    private mutating func readTarget(_ reader: inout HeadReader, _ bytes: Swift.Span<UInt8>) -> Bool {
        if reader.take("/", bytes) {
            // The client's own path and query, from which nothing is read.
            let start = reader.position
            while let byte = reader.next(bytes), Self.isPathByte(byte) { reader.position += 1 }
            guard reader.position > start else { return false }
            if reader.take("?", bytes) {
                while let byte = reader.next(bytes), (0x21...0x7E).contains(byte), byte != UInt8(ascii: "#") { reader.position += 1 }
            }
            return reader.next(bytes) == UInt8(ascii: " ")
        }
        guard reader.take("?", bytes) else { return reader.next(bytes) == UInt8(ascii: " ") }
        while true {
            if reader.take("scope=", bytes) {
                let start = reader.position
                while let byte = reader.next(bytes), Self.isScopeByte(byte) { reader.position += 1 }
                scopes.append(reader.text(start..<reader.position, bytes))
            } else if reader.take("deny_status=403", bytes) {
                deniedStatus = .forbidden
            } else {
                return false
            }
            if reader.next(bytes) == UInt8(ascii: " ") { return true }
            guard reader.take("&", bytes) else { return false }
        }
    }

    /// Keeps what a check needs; false for a field that this reader must not decide about.
    private mutating func readField(
        _ field: HeadReader.Field, _ reader: inout HeadReader, _ bytes: Swift.Span<UInt8>, _ hosts: inout Int
    ) -> Bool {
        func value() -> String { reader.text(field.value, bytes) }
        func named(_ name: String) -> Bool { reader.matches(field.name, name, bytes) }
        switch field.name.count {
        case 2: if named("te") { return false }
        case 4:
            if named("host") {
                hosts += 1
                return Self.isPlainHost(field.value, bytes)
            }
        case 6: if named("expect") { return false }
        case 7: if named("upgrade") || named("trailer") { return false }
        case 9: if named("x-api-key") { keys.append(value()) }
        case 10: if named("connection") { return reader.matches(field.value, "keep-alive", bytes) }
        case 12:
            if named("x-request-id") {
                guard requestID == nil else { return false }
                requestID = value()
            }
        case 13: if named("authorization") { authorizations.append(value()) }
        case 14: if named("content-length") || named("http2-settings") { return false }
        case 15: if named("x-forwarded-for") { forwardedFor.append(value()) }
        case 16:
            if named("x-required-scope") { scopes += KeyCheckEndpoints.requiredScopes(value()) }
            if named("proxy-connection") { return false }
        case 17: if named("transfer-encoding") { return false }
        default: break
        }
        return true
    }

    /// A name or IPv4 address, with or without a port: a part of what `Authority` takes.
    private static func isPlainHost(_ range: Range<Int>, _ bytes: Swift.Span<UInt8>) -> Bool {
        var portStart: Int?
        for index in range {
            let byte = bytes[index]
            if byte == UInt8(ascii: ":") {
                guard portStart == nil, index > range.lowerBound else { return false }
                portStart = index
            } else if portStart != nil {
                guard byte.isASCIIDigit else { return false }
            } else {
                guard isScopeByte(byte), byte != UInt8(ascii: "*") else { return false }
            }
        }
        return !range.isEmpty
    }

    private static func isScopeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "*"), UInt8(ascii: "-"): true
        default: byte.isASCIIAlphanumeric
        }
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        isScopeByte(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "~")
    }
}
