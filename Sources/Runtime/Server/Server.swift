package import Logging
import ServiceLifecycle
package import Store
import Synchronization
package import UnixSignals
package import Values

/// The runtime: everything that serves one state, until a signal ends it.
///
/// The listener starts last and stops first, so that nothing is accepted that the workers could not take.
package struct Server: Sendable {
    private let components: RuntimeComponents
    private let front: HTTPFront
    private let reconciling: ReconcileLoop?
    private let tokens: TokenKeys
    private let readiness = Readiness()
    private let logger: Logger

    /// How long a shutdown waits for what is under way before it is cancelled.
    package static let longestDrain: Duration = .seconds(25)

    private final class Readiness: Sendable {
        let isReady = Mutex(false)
    }

    package init(
        store: Store, configuration: RuntimeConfiguration, tokens: TokenKeys, host: String, port: Int,
        clock: @escaping @Sendable () -> Timestamp, logger: Logger, reconciling: ManifestWatch? = nil, version: String,
        onListening: @escaping @Sendable (_ port: Int) -> Void
    ) async throws {
        let components = try await RuntimeComponents(store: store, configuration: configuration, clock: clock, logger: logger)
        self.components = components
        self.tokens = tokens
        self.logger = logger
        let readiness = readiness
        let groups = Self.groups(of: components, version: version) { readiness.isReady.withLock { $0 } }
        let keyGate = KeyGate(components.checker)
        let gate = Gate(
            token: { token, now throws(APIError) in
                do {
                    return try tokens.principal(of: token, at: now)
                } catch {
                    throw .unauthorized("token_invalid", "the token is not accepted: \(error)")
                }
            },
            key: { call, scope in try await keyGate.admit(call, scope: scope) })
        let forwarding = ForwardedAddress(trusted: configuration.trustedProxies)
        self.reconciling = reconciling.map { watch in
            ReconcileLoop(watch: watch, store: store, clock: clock, logger: logger) { try await components.watcher.refresh() }
        }
        front = HTTPFront(
            endpoints: groups.flatMap(\.endpoints), gate: gate, forwarding: forwarding, checker: components.checker,
            limits: configuration.connections, host: host, port: port, clock: clock, logger: logger
        ) { port in
            readiness.isReady.withLock { $0 = true }
            onListening(port)
        }
    }

    /// All that a server answers, from which the document is made.
    private static func groups(
        of components: RuntimeComponents, version: String, isReady: @escaping @Sendable () -> Bool
    ) -> [any EndpointGroup] {
        let domain = components.groups
        let system = SystemEndpoints(isReady: isReady, store: components.store) {
            let listed = SystemEndpoints(isReady: { false }, store: components.store) { nil }
            return OpenAPI.document(of: domain + [listed], version: version, server: components.configuration.publicURL)
        }
        return domain + [system]
    }

    /// Serves until a signal, then drains.
    package func run(gracefulShutdownSignals: [UnixSignal]) async throws {
        var services: [any Service] = [
            components.ledger, components.useRecorder, components.unbroken, components.keeper, components.engine, components.watcher,
            EventRetention(store: components.store, logger: logger), tokens,
        ]
        if let reconciling {
            await reconciling.attempt()
            services.append(reconciling)
        }
        services.append(front)
        var configuration = ServiceGroupConfiguration(
            services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
            gracefulShutdownSignals: gracefulShutdownSignals, logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.longestDrain
        try await ServiceGroup(configuration: configuration).run()
    }
}
