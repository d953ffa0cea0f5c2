import Values

/// A call to a provider. It holds credentials: nothing but a sender reads its headers and body.
package struct ProviderRequest: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    package var method: String
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: String?
    /// From the first byte of the name lookup to the last of the answer.
    package var timeout: Duration
    package var maximumResponseBytes: Int

    package init(
        method: String, url: String, headers: [(name: String, value: String)] = [], body: String? = nil,
        timeout: Duration = .seconds(20), maximumResponseBytes: Int = 256 * 1024
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maximumResponseBytes = maximumResponseBytes
    }

    package var description: String { "\(method) to a provider" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    package static func == (a: Self, b: Self) -> Bool {
        a.method == b.method && a.url == b.url && a.body == b.body && a.timeout == b.timeout
            && a.headers.elementsEqual(b.headers, by: ==)
    }
}

/// What a provider answered.
package struct ProviderResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value under that name, in any case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.isCaselesslyEqual(to: name) }?.value
    }
}

/// No answer came.
package struct ProviderCallError: Error, Sendable, Hashable {
    /// Whether the provider may have seen the request and acted on it.
    package var mayHaveArrived: Bool
    /// Without the URL's query and without any credential.
    package var message: String

    package init(mayHaveArrived: Bool, message: String) {
        self.mayHaveArrived = mayHaveArrived
        self.message = message
    }
}

/// Sends requests to providers: the guarded client in production, a script in tests.
///
/// An implementation follows no redirect (RFC 9700 § 4.12), verifies TLS, and refuses special-purpose addresses.
package protocol HTTPSender: Sendable {
    func send(_ request: ProviderRequest) async throws(ProviderCallError) -> ProviderResponse
}
