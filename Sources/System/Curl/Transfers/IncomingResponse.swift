import Values

/// An answer that arrived whole, or as much of it as was asked for.
package struct IncomingResponse: Sendable {
    package var status: Int
    /// In the order of arrival, names as the peer wrote them.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Whether the body was longer than `maximumBodyBytes`.
    package var isTruncated: Bool
    /// From the hand-over to the end.
    package var elapsed: Duration

    package init(
        status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], isTruncated: Bool = false,
        elapsed: Duration = .zero
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isTruncated = isTruncated
        self.elapsed = elapsed
    }

    /// The first value under that name, whatever its case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.isCaselesslyEqual(to: name) }?.value
    }
}
