import Synchronization
import Values

@testable import IntegrationRuntime

/// A provider that answers by a script and remembers what it was asked.
final class ScriptedProvider: HTTPSender {
    typealias Script = @Sendable (ProviderRequest, Int) async throws(ProviderCallError) -> ProviderResponse

    private let state: Mutex<State>

    /// A struct, not a tuple: a closure in a tuple is wrapped anew by every access through the mutex, without end.
    private struct State {
        var script: Script
        var requests: [ProviderRequest] = []
    }

    /// - Parameter script: gets the request and how many came before it.
    init(_ script: @escaping Script) {
        state = Mutex(State(script: script))
    }

    var requests: [ProviderRequest] { state.withLock { $0.requests } }

    func answer(_ script: @escaping Script) {
        state.withLock { $0.script = script }
    }

    func send(_ request: ProviderRequest) async throws(ProviderCallError) -> ProviderResponse {
        let (script, count) = state.withLock { state in
            state.requests.append(request)
            return (state.script, state.requests.count - 1)
        }
        return try await script(request, count)
    }
}

extension ProviderResponse {
    static func json(_ json: JSON, status: Int = 200, headers: [(name: String, value: String)] = []) -> ProviderResponse {
        ProviderResponse(status: status, headers: [("Content-Type", "application/json;charset=UTF-8")] + headers, body: json.utf8)
    }

    /// A grant whose tokens carry a number.
    static func tokens(_ number: Int, rotates: Bool = true) -> ProviderResponse {
        var object = JSONObject([
            ("access_token", .string("access-\(number)")), ("token_type", "bearer"), ("expires_in", 3600),
        ])
        if rotates { object["refresh_token"] = .string("refresh-\(number)") }
        return .json(.object(object))
    }
}

extension ProviderRequest {
    /// The fields of the form, decoded.
    var form: [String: String] {
        Dictionary(
            FormEncoding.fields(of: body ?? "").map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
