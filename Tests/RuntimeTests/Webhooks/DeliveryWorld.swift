import Curl
import Foundation
import Logging
import ServiceLifecycle
import Spec
import Store
import TestSupport
import Values

@testable import IntegrationRuntime

/// A state in a folder of its own, and engines over it that may reach loopback.
final class DeliveryWorld: Sendable {
    let folder = TemporaryFolder()
    let store: Store

    static let keyring = Result { try Keyring(current: Secret(String(repeating: "k", count: 32))) }
    static let policy = AddressPolicy(allowed: ["127.0.0.0/8", "::1/128"].compactMap { CIDR($0) })
    static let fast = WebhookSpec.RetryConfig(initialDelay: .milliseconds(20), maxDelay: .seconds(1))

    init() throws {
        store = try Store(state: folder.state.location, keyring: Self.keyring.get())
    }

    func engine(on other: Store? = nil, _ change: (inout DeliveryEngine.Configuration) -> Void = { _ in }) -> DeliveryEngine {
        var configuration = DeliveryEngine.Configuration()
        configuration.policy = Self.policy
        configuration.grace = .seconds(2)
        change(&configuration)
        return DeliveryEngine(
            store: other ?? store, configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @discardableResult
    func addWebhook(
        _ url: String, events: [String] = ["*"], retry: WebhookSpec.RetryConfig = DeliveryWorld.fast, status: WebhookSpec.Status = .active,
        headers: [WebhookSpec.Header] = [], workspace: String = "acme", secret: String = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    ) async throws -> WebhookID {
        let now = Timestamp.now
        let id = WebhookID(at: now)
        let record = WebhookRecord(
            id: id, workspace: workspace, name: id.text.replacing("_", with: "-"),
            spec: WebhookSpec(name: "Hook", url: url, events: events, headers: headers, retryConfig: retry, status: status), createdAt: now,
            updatedAt: now, updatedBy: "test")
        try await store.write { tx in
            try tx.insertWebhook(record)
            try tx.setSecret(Secret(secret), of: id.text, field: "secret", at: now)
        }
        return id
    }

    /// Runs the engine while `body` does, then shuts it down.
    func running<Value: Sendable>(_ engine: DeliveryEngine, _ body: @Sendable @escaping () async throws -> Value) async throws -> Value {
        try await engine.refresh()
        let services = ServiceGroup(
            services: [engine], gracefulShutdownSignals: [], cancellationSignals: [],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await services.run()
                return nil
            }
            group.addTask {
                // Events that come before the engine runs are claimed later, which is not what these tests are about.
                while !engine.isRunning { await Task.yield() }
                return try await body()
            }
            var value: Value?
            do {
                while let result = try await group.next() {
                    guard let result else { continue }
                    value = result
                    await services.triggerGracefulShutdown()
                }
            } catch {
                group.cancelAll()
                throw error
            }
            guard let value else { throw CancellationError() }
            return value
        }
    }

    /// The delivery once it satisfies the condition; asks again every few milliseconds, for ten seconds at the most.
    func delivery(_ id: DeliveryID, where condition: (DeliveryRecord) -> Bool) async throws -> DeliveryRecord? {
        for _ in 0..<2000 {
            if let record = try await store.read({ try $0.delivery(id) }), condition(record) { return record }
            try await Task.sleep(for: .milliseconds(5))
        }
        return try await store.read { try $0.delivery(id) }
    }
}

extension DeliveryEngine {
    func post(
        _ type: String = "POST_PUBLISHED", _ data: JSON = ["n": 1], key: String? = nil, workspace: String = "acme"
    ) async throws -> StoredEvent {
        try await accept(workspace: workspace, type: type, data: data, idempotencyKey: key, by: try await loadedRoutes(), at: .now)
    }
}
