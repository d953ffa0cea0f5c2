import Synchronization
import TestSupport
import Values

/// Receiver and provider of a script: 200 everywhere but at `/token`, where tokens are counted, unless the script says otherwise.
final class ScriptedPeer: Sendable {
    private final class Answers: Sendable {
        struct State {
            var fixed: [String: (status: Int, body: String)] = [:]
            var tokens = 0
        }

        let state = Mutex(State())

        func reply(to request: ScriptedReceiver.Request) -> ScriptedReceiver.Reply {
            let path = String(request.path.prefix { $0 != "?" })
            let json = [("content-type", "application/json")]
            return state.withLock { state in
                if let (status, body) = state.fixed[path] { return .respond(status, headers: json, body: Array(body.utf8)) }
                guard path == "/token" else { return .respond(200) }
                state.tokens += 1
                let tokens: JSON = [
                    "access_token": .string("access-\(state.tokens)"), "refresh_token": .string("refresh-\(state.tokens)"),
                    "token_type": "Bearer", "expires_in": 3_600,
                ]
                return .respond(200, headers: json, body: tokens.utf8)
            }
        }
    }

    private let answers: Answers
    private let receiver: ScriptedReceiver

    private init(answers: Answers, receiver: ScriptedReceiver) {
        self.answers = answers
        self.receiver = receiver
    }

    static func start() async throws -> ScriptedPeer {
        let answers = Answers()
        return ScriptedPeer(answers: answers, receiver: try await ScriptedReceiver.start { answers.reply(to: $0) })
    }

    var port: Int { receiver.port }
    var requests: [ScriptedReceiver.Request] { receiver.requests }

    func answer(_ path: String, _ status: Int, _ body: String) {
        answers.state.withLock { $0.fixed[path] = (status, body) }
    }

    func stop() async { await receiver.stop() }
}
