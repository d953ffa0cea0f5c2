import Values

/// One request, complete before it starts. Its URL, headers and body may hold credentials, so it has no readable description.
package struct OutgoingRequest: Sendable, CustomStringConvertible, CustomReflectable {
    /// In capitals, such as `POST`.
    package var method: String
    /// An absolute `http` or `https` URL.
    package var url: String
    /// Sent in this order. `Host`, `Content-Length` and connection headers belong to the client.
    package var headers: [(name: String, value: String)]
    /// Nil sends no body; empty sends one of length 0.
    package var body: [UInt8]?
    /// From the hand-over to the last byte of the answer, name resolution included.
    package var timeout: Duration
    /// Bytes of the answer's body that are kept.
    package var maximumBodyBytes: Int
    /// What a longer body means.
    package var overflow: Overflow

    package enum Overflow: Sendable {
        /// `TransferError.Kind.bodyTooLarge`.
        case fails
        /// The answer counts, its body is cut and the connection closed.
        case truncates
    }

    package init(
        method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        timeout: Duration = .seconds(15), maximumBodyBytes: Int = 1 << 20, overflow: Overflow = .fails
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maximumBodyBytes = maximumBodyBytes
        self.overflow = overflow
    }

    package var description: String { "\(method) request" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// `POST` of `application/x-www-form-urlencoded` fields in the order given, as OAuth's token requests are.
    package static func form(
        _ fields: [(name: String, value: String)], to url: String, headers: [(name: String, value: String)] = []
    ) -> OutgoingRequest {
        var request = OutgoingRequest(method: "POST", url: url, headers: headers)
        request.headers.append(("Content-Type", FormEncoding.mediaType))
        request.body = Array(FormEncoding.text(fields).utf8)
        return request
    }
}
