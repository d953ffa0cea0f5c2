import Foundation
import Synchronization
import TestSupport
import Values

/// An authorization server that hands out recognisable tokens, a new pair at every call, and keeps what it was sent.
final class ScriptedProvider: Sendable {
    private final class Shared: Sendable {
        let issued = Mutex<[String]>([])
    }

    private let shared: Shared
    private let receiver: ScriptedReceiver

    private init(shared: Shared, receiver: ScriptedReceiver) {
        self.shared = shared
        self.receiver = receiver
    }

    static func start() async throws -> ScriptedProvider {
        let shared = Shared()
        let receiver = try await ScriptedReceiver.start { request in
            guard request.path == "/token" else { return .respond(200) }
            let (access, refresh) = shared.issued.withLock { issued in
                let pair = ("canary-access-token-\(UUID().uuidString)", "canary-refresh-token-\(UUID().uuidString)")
                issued += [pair.0, pair.1]
                return pair
            }
            let body: JSON = [
                "access_token": .string(access), "refresh_token": .string(refresh), "token_type": "Bearer", "expires_in": 3_600,
            ]
            return .respond(200, headers: [("content-type", "application/json")], body: body.utf8)
        }
        return ScriptedProvider(shared: shared, receiver: receiver)
    }

    var url: String { receiver.url }
    /// Every token so far.
    var issued: [String] { shared.issued.withLock { $0 } }
    /// The bodies of all token requests: forms.
    var forms: [String] { receiver.requests.filter { $0.path == "/token" }.map(\.text) }

    func stop() async { await receiver.stop() }
}
