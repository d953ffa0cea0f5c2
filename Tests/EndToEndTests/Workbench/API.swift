import Curl
import TestSupport
import Values

/// Requests to one base address over real sockets.
struct API: Sendable {
    let url: String
    var headers: [(name: String, value: String)] = []

    private static let client = HTTPClient(policy: AddressPolicy(allowed: [CIDR("127.0.0.0/8")].compactMap { $0 }, allowsPlainHTTP: true))

    /// Sends and returns any answer; throws only where none came.
    func call(_ method: String, _ path: String, headers more: [(name: String, value: String)] = [], body: [UInt8]? = nil) async throws
        -> Answer
    {
        let request = OutgoingRequest(
            method: method, url: url + path, headers: headers + more, body: body, timeout: .seconds(20), maximumBodyBytes: 8 << 20)
        return Answer(try await Self.client.send(request))
    }

    func get(_ path: String) async throws -> Answer { try await call("GET", path) }
    func delete(_ path: String) async throws -> Answer { try await call("DELETE", path) }

    func post(_ path: String, _ body: JSON = [:]) async throws -> Answer {
        try await call("POST", path, headers: [("Content-Type", "application/json")], body: body.utf8)
    }
}
