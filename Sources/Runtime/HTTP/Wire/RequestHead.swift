import HTTPTypes

/// The head of a request, checked, with what it says about its body and its connection.
struct RequestHead: Sendable, Hashable {
    var request: HTTPRequest
    var body: Body
    /// Whether the connection outlives the request as far as its sender is concerned (RFC 9112 § 9.3).
    var persists: Bool
    /// HTTP/1.0, whose keep-alive must be confirmed.
    var isOld: Bool
    /// Whether the sender waits for 100 before it sends the body (RFC 9110 § 10.1.1).
    var expectsContinue: Bool

    enum Body: Sendable, Hashable {
        case none
        case length(Int64)
        case chunked
    }
}
