import HTTPTypes

/// What is answered to a request that breaks the rules of HTTP itself. The connection is closed after each of these,
/// because where the next request begins is not certain.
extension APIError {
    static func malformed(_ code: String, _ message: String) -> APIError { APIError(.badRequest, code: code, message: message) }

    static let requestLineInvalid = malformed("request_line_invalid", "the first line is not METHOD TARGET HTTP/1.1")
    static let lineEndInvalid = malformed("line_end_invalid", "lines of a request end with CR LF")
    static let fieldInvalid = malformed("header_invalid", "a header line is not NAME: VALUE")
    static let hostInvalid = malformed("host_invalid", "a request carries one valid Host header")
    static let contentLengthInvalid = malformed("content_length_invalid", "Content-Length is one whole number of bytes")
    static let framingConflicting = malformed("body_framing_invalid", "a request carries Content-Length or Transfer-Encoding, not both")
    static let chunkedInHTTP10 = malformed("body_framing_invalid", "Transfer-Encoding is not part of HTTP/1.0")
    static let chunkInvalid = malformed("chunk_invalid", "the body is not properly chunked")
    static let trailerInvalid = malformed("trailer_invalid", "a trailer line is not NAME: VALUE")
    static let requestIncomplete = malformed("request_incomplete", "the connection was closed before the request was whole")
    static let targetTooLong = APIError(.uriTooLong, code: "uri_too_long", message: "the address of the request is too long")
    static let headTooLarge = APIError(
        .requestHeaderFieldsTooLarge, code: "headers_too_large", message: "the headers of the request are too long or too many")
    static let transferEncodingUnsupported = APIError(
        .notImplemented, code: "transfer_encoding_unsupported", message: "the only transfer encoding taken is chunked")
    static let connectUnsupported = APIError(.notImplemented, code: "method_not_implemented", message: "this server is no proxy")
    static let versionUnsupported = APIError(
        .httpVersionNotSupported, code: "http_version_not_supported", message: "this server speaks HTTP/1.1")
    static let expectationFailed = APIError(
        .expectationFailed, code: "expectation_failed", message: "the only expectation met is 100-continue")
    static let headTimedOut = APIError(.requestTimeout, code: "request_timeout", message: "the headers of the request took too long")
    static let bodyTimedOut = APIError(.requestTimeout, code: "request_timeout", message: "the body of the request took too long")
    static let connectionsExhausted = APIError(
        .serviceUnavailable, code: "too_many_connections", message: "all connections are in use; try again",
        headers: [.retryAfter: "1"])
}
