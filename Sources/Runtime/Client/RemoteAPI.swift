import Curl
import HTTPTypes
package import Values

/// A running server, reached over HTTP with a management token.
///
/// The token travels over https, or over http to loopback; to any other address the request is not sent.
package struct RemoteAPI: ManagementAPI {
    private let base: String
    private let token: Secret
    private let client: HTTPClient

    /// - Parameter server: `https://host[:port]`, or `http://` to a loopback address.
    package init(server: String, token: Secret) throws(ManagementFailure) {
        let trimmed = server.hasSuffix("/") ? String(server.dropLast()) : server
        // An address without a query or fragment, as that of an issuer.
        if let problem = URLRules.issuer.problem(trimmed) {
            throw ManagementFailure(status: nil, code: nil, message: "the address of the server cannot be used: \(problem)")
        }
        base = trimmed
        self.token = token
        // The operator names this address, so it may be anywhere in their network; plain http reaches loopback alone, which the
        // guard sees at connect time, whatever a URL such as http://127.0.0.1:1@elsewhere looks like.
        client = HTTPClient(
            policy: AddressPolicy(allowed: [CIDR("0.0.0.0/0"), CIDR("::/0")].compactMap { $0 }))
    }

    package func send(_ request: ManagementRequest) async throws(ManagementFailure) -> ManagementAnswer {
        let query = request.query.isEmpty ? "" : "?" + FormEncoding.text(request.query)
        var headers = [("Authorization", "Bearer \(token.reveal())"), ("Accept", "application/json")]
        if request.body != nil { headers.append(("Content-Type", "application/json")) }
        let response: IncomingResponse
        do {
            response = try await client.send(
                OutgoingRequest(
                    method: request.method.rawValue, url: base + request.path + query, headers: headers.map { (name: $0.0, value: $0.1) },
                    body: request.body?.utf8))
        } catch {
            throw ManagementFailure(status: nil, code: nil, message: "the server \(base) did not answer: \(error)")
        }
        return ManagementAnswer(status: response.status, body: (try? JSON(parsing: response.body)) ?? nil)
    }
}
