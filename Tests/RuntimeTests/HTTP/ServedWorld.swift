import Foundation
import HTTPTypes
import Logging
import NIOCore
import Store
import Testing
import Values

@testable import IntegrationRuntime

extension KeyWorld {
    /// What a server in tests offers: key checks, an endpoint that answers late, one that takes a body, and the health of the server.
    func endpoints() -> [Endpoint] {
        let slow = Endpoint(.get, "/slow", name: "slow", summary: "Answers late", access: .anyone, answers: []) { _ in
            try await Task.sleep(for: .milliseconds(30))
            return Reply(.ok, ["slow": true])
        }
        let echo = Endpoint(
            .post, "/echo", name: "echo", summary: "Says how long the body was", access: .anyone, body: [:], isBodyOptional: true,
            answers: []
        ) { call in Reply(.ok, ["bytes": .integer(call.body.count)]) }
        let events = Endpoint(
            .post, "/events", name: "events", summary: "Takes a body from who holds a key", access: .managementOrKey(scope: "posts:read"),
            body: [:], maximumBodyBytes: 100_000, answers: []
        ) { call in Reply(.accepted, ["bytes": .integer(call.body.count)]) }
        let system = SystemEndpoints(isReady: { true }, store: store, document: { nil })
        return KeyCheckEndpoints(checker: checker).endpoints + system.endpoints + [slow, echo, events]
    }

    var gate: Gate {
        let gate = KeyGate(checker)
        return Gate(
            token: { _, _ throws(APIError) in throw APIError.unauthorized("test", "test") },
            key: { call, scope in try await gate.admit(call, scope: scope) })
    }

    /// Serves them, with or without the fast path, while the body runs.
    func serving<Value: Sendable>(
        withFront: Bool = true, adding others: [Endpoint] = [], limits: HTTPConnectionLimits = HTTPConnectionLimits(),
        _ body: @Sendable @escaping (_ port: Int) async throws -> Value
    ) async throws -> Value {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let front = HTTPFront(
            endpoints: endpoints() + others, gate: gate, checker: withFront ? checker : nil, limits: limits, host: "127.0.0.1", port: 0,
            clock: { [clock] in clock.now }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { number in
                port.yield(number)
                port.finish()
            })
        return try await running {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await front.run() }
                guard let number = await ports.first(where: { _ in true }) else { throw CancellationError() }
                let value = try await body(number)
                group.cancelAll()
                return value
            }
        }
    }
}
