import Foundation
import Logging
import Spec
import Store
import Synchronization
import TestSupport
import Values

@testable import IntegrationRuntime

/// A state, a provider, a clock that stands still, and the flow between them.
final class OAuthWorld: Sendable {
    let folder = TemporaryFolder()
    let store: Store
    let provider: ScriptedProvider
    let work = UnbrokenWork()
    let flow: OAuthFlow
    let refresher: ConnectionRefresher
    let revoker: Revoker
    let keeper: ConnectionKeeper
    let clock = Clock()

    init(
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        script: @escaping ScriptedProvider.Script = { _, count in .tokens(count + 1) }
    ) throws {
        provider = ScriptedProvider(script)
        store = try Store(state: folder.state.location, keyring: Keyring(current: Secret(String(repeating: "k", count: 32))))
        let now: @Sendable () -> Timestamp = { [clock] in clock.now }
        flow = OAuthFlow(store: store, sender: provider, work: work, now: now, logger: logger)
        refresher = ConnectionRefresher(store: store, sender: provider, work: work, now: now)
        revoker = Revoker(store: store, sender: provider, now: now)
        keeper = ConnectionKeeper(store: store, refresher: refresher, revoker: revoker, now: now)
    }

    final class Clock: Sendable {
        private let moment = Mutex(Timestamp(seconds: 1_800_000_000))
        var now: Timestamp { moment.withLock { $0 } }
        func advance(_ span: Duration) { moment.withLock { $0 = $0 + span } }
    }

    var now: Timestamp { clock.now }

    /// Runs `body` while the uninterrupted work is served.
    func run<Value: Sendable>(_ body: @Sendable @escaping () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { [work] in
                await work.run()
                return nil
            }
            group.addTask { try await body() }
            while let value = try await group.next() {
                guard let value else { continue }
                group.cancelAll()
                return value
            }
            throw CancellationError()
        }
    }

    static func spec(
        method: IntegrationSpec.TokenAuthMethod? = nil, issuer: String? = nil, tokenUrl: String = "https://as.example/token",
        revocationUrl: String? = "https://as.example/revoke"
    ) -> IntegrationSpec {
        IntegrationSpec(
            name: "Example", type: .custom, provider: "custom", scopes: ["read", "write"],
            redirectUris: ["https://app.example/callback"], returnUrls: ["https://app.example/done?x=1"],
            config: .init(
                authorizationUrl: "https://as.example/authorize?tenant=a", tokenUrl: tokenUrl, revocationUrl: revocationUrl, issuer: issuer,
                tokenAuthMethod: method, clientId: .text("client"), clientSecret: .stored))
    }

    func integration(_ spec: IntegrationSpec = OAuthWorld.spec(), workspace: String = "acme") async throws -> IntegrationRecord {
        let now = now
        return try await store.write { writing in
            let record = try writing.insertIntegration(
                id: IntegrationID(at: now), workspace: workspace, name: "example", spec: spec, by: "test", at: now)
            try writing.setSecret(Secret("client-secret"), of: record.id.text, field: "config.clientSecret", at: now)
            return record
        }
    }

    func start(_ integration: IntegrationRecord, bound: Bool = false, returnURL: String? = nil) async throws -> OAuthFlow.Started {
        try await flow.initiate(
            integration,
            OAuthFlow.Start(
                workspace: "acme", actor: "alice", redirectURI: "https://app.example/callback", returnURL: returnURL, isBrowserBound: bound)
        )
    }

    func callback(_ parameters: [(String, String)], cookie: Secret? = nil) async throws -> OAuthFlow.Outcome {
        try await flow.callback(parameters.map { ($0.0, $0.1) }, cookie: { _ in cookie }, isSecure: true)
    }

    func connect(_ integration: IntegrationRecord) async throws -> ConnectionRecord {
        let started = try await start(integration)
        return try await callback([("code", "the-code"), ("state", started.state.reveal())]).result.get()
    }
}
