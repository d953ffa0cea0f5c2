import HTTPTypes
import Values

/// A head while its lines come in.
struct RequestHeadDraft {
    private var method: HTTPRequest.Method
    private var path: String
    private var minorVersion: Int
    private var fields = HTTPFields()
    private var hosts: [String] = []
    private var count = 0

    /// Reads the first line, without its end (RFC 9112 § 3).
    init(requestLine line: ArraySlice<UInt8>) throws(APIError) {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, FieldLine.isToken(parts[0]), let method = HTTPRequest.Method(String(decoding: parts[0], as: UTF8.self))
        else {
            throw .requestLineInvalid
        }
        self.method = method
        minorVersion = try Self.minorVersion(parts[2])
        guard method != .connect else { throw .connectUnsupported }
        path = try Self.path(parts[1], method)
    }

    /// Reads a header line, without its end.
    mutating func append(_ line: ArraySlice<UInt8>) throws(APIError) {
        count += 1
        guard count <= HTTPConnectionLimits.maximumFields else { throw .headTooLarge }
        guard let field = FieldLine(line), let name = HTTPField.Name(field.name) else { throw .fieldInvalid }
        if name.canonicalName == "host" { hosts.append(field.value) } else { fields.append(HTTPField(name: name, value: field.value)) }
    }

    /// What the lines say together.
    func finish() throws(APIError) -> RequestHead {
        // RFC 9112 § 3.2: exactly one in HTTP/1.1.
        guard hosts.count <= 1, hosts.count == 1 || minorVersion == 0, hosts.allSatisfy({ Authority.isValid($0.utf8) }) else {
            throw .hostInvalid
        }
        let body = try body()
        let expectations = minorVersion == 0 ? [] : fields[values: .expect]
        guard expectations.allSatisfy({ $0.isCaselesslyEqual(to: "100-continue") }), expectations.count <= 1 else {
            throw .expectationFailed
        }
        let options = fields[values: .connection].flatMap { value -> [String] in
            let parts: [ArraySlice<UInt8>] = Array(value.utf8).split(separator: UInt8(ascii: ","))
            return parts.map { part in String(decoding: part.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self) }
        }
        func asks(for option: String) -> Bool { options.contains { $0.isCaselesslyEqual(to: option) } }
        let persists = !asks(for: "close") && (minorVersion > 0 || asks(for: "keep-alive"))
        return RequestHead(
            request: HTTPRequest(method: method, scheme: "http", authority: hosts.first, path: path, headerFields: fields), body: body,
            persists: persists, isOld: minorVersion == 0, expectsContinue: !expectations.isEmpty && body != .none && body != .length(0))
    }

    /// RFC 9112 § 6.3, without its leniencies.
    private func body() throws(APIError) -> RequestHead.Body {
        let (codings, lengths) = (fields[values: .transferEncoding], fields[values: .contentLength])
        guard codings.isEmpty || lengths.isEmpty else { throw .framingConflicting }
        if !codings.isEmpty {
            guard minorVersion > 0 else { throw .chunkedInHTTP10 }
            guard codings.count == 1, codings[0].isCaselesslyEqual(to: "chunked") else { throw .transferEncodingUnsupported }
            return .chunked
        }
        guard let length = lengths.first else { return .none }
        guard lengths.count == 1, !length.isEmpty, length.utf8.allSatisfy(\.isASCIIDigit), let bytes = Int64(length) else {
            throw .contentLengthInvalid
        }
        return .length(bytes)
    }

    private static func minorVersion(_ text: ArraySlice<UInt8>) throws(APIError) -> Int {
        let bytes = Array(text)
        guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), bytes[6] == UInt8(ascii: "."), bytes[5].isASCIIDigit,
            bytes[7].isASCIIDigit
        else { throw .requestLineInvalid }
        guard bytes[5] == UInt8(ascii: "1") else { throw .versionUnsupported }
        return Int(bytes[7] - UInt8(ascii: "0"))
    }

    /// The path and query of a target: origin-form, absolute-form, or `*` with OPTIONS (RFC 9112 § 3.2).
    private static func path(_ target: ArraySlice<UInt8>, _ method: HTTPRequest.Method) throws(APIError) -> String {
        guard target.count <= HTTPConnectionLimits.maximumTargetBytes else { throw .targetTooLong }
        guard target.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else { throw .requestLineInvalid }
        let text = String(decoding: target, as: UTF8.self)
        if text.hasPrefix("/") || (text == "*" && method == .options) { return text }
        guard let scheme = ["http://", "https://"].first(where: { text.hasCaselessPrefix($0) }) else { throw .requestLineInvalid }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, Authority.isValid(authority.utf8) else { throw .requestLineInvalid }
        let path = rest.dropFirst(authority.count)
        return path.hasPrefix("/") ? String(path) : "/\(path)"
    }
}
