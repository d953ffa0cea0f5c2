import Synchronization
import TestSupport
import Values

/// Takes deliveries of events whose data is `{"number": N}` and remembers which numbers came.
final class NumberedReceiver: Sendable {
    private struct State {
        var numbers: Set<Int> = []
        var repeated: Set<Int> = []
    }

    private let state: Shared
    private let receiver: ScriptedReceiver

    /// What the script of the receiver shares with the test.
    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private init(state: Shared, receiver: ScriptedReceiver) {
        self.state = state
        self.receiver = receiver
    }

    static func start(answeringAfter delay: Duration = .zero) async throws -> NumberedReceiver {
        let shared = Shared()
        let receiver = try await ScriptedReceiver.start(keepsRequests: false) { request in
            guard let number = (try? JSON(parsing: request.text))?["data"]?["number"]?.integer else { return .respond(400) }
            shared.state.withLock { state in
                if !state.numbers.insert(number).inserted { state.repeated.insert(number) }
            }
            return .respond(200, after: delay)
        }
        return NumberedReceiver(state: shared, receiver: receiver)
    }

    var url: String { receiver.url }
    var numbers: Set<Int> { state.state.withLock { $0.numbers } }
    /// Those that came more than once.
    var repeated: Set<Int> { state.state.withLock { $0.repeated } }

    func stop() async { await receiver.stop() }
}
