import Curl
package import Logging
import ServiceLifecycle
package import Store
package import Values

/// Everything that serves, put together: the copies of the state in memory, the workers, the endpoints.
///
/// The command line makes one to call the endpoints on a state file; `Server` makes one to listen.
package struct RuntimeComponents: Sendable {
    package let store: Store
    package let configuration: RuntimeConfiguration
    let watcher: StateWatcher
    let ledger: LimitLedger
    let keys: KeyTable
    let checker: KeyChecker
    let useRecorder: KeyUseRecorder
    let engine: DeliveryEngine
    let unbroken: UnbrokenWork
    let keeper: ConnectionKeeper
    /// The endpoints of the domain; `Server` adds those about itself.
    let groups: [any EndpointGroup]
    private let clock: @Sendable () -> Timestamp
    private let logger: Logger

    /// Reads the state into memory.
    package init(
        store: Store, configuration: RuntimeConfiguration, clock: @escaping @Sendable () -> Timestamp, logger: Logger
    ) async throws {
        self.store = store
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        let policy = configuration.addressPolicy

        ledger = LimitLedger(store: store, logger: logger, clock: clock)
        keys = KeyTable(store: store, ledger: ledger)
        checker = KeyChecker(table: keys, ledger: ledger)
        useRecorder = KeyUseRecorder(table: keys, store: store, logger: logger)

        var delivery = DeliveryEngine.Configuration()
        delivery.policy = policy
        engine = DeliveryEngine(store: store, configuration: delivery, logger: logger, now: clock)
        watcher = StateWatcher(store: store, observers: [keys, engine], logger: logger)

        let sender = HTTPClient(policy: policy)
        unbroken = UnbrokenWork()
        let revoker = Revoker(store: store, sender: sender, now: clock, logger: logger)
        let refresher = ConnectionRefresher(store: store, sender: sender, work: unbroken, now: clock, logger: logger)
        let flow = OAuthFlow(store: store, sender: sender, work: unbroken, now: clock, logger: logger)
        keeper = ConnectionKeeper(store: store, refresher: refresher, revoker: revoker, now: clock, logger: logger)

        let watcher = watcher
        let webhooks = WebhookEndpoints(store: store, engine: engine, policy: policy) { try await watcher.refresh() }
        groups = [
            KeyEndpoints(store: store, checker: checker),
            KeyCheckEndpoints(checker: checker),
            webhooks,
            DeliveryEndpoints(webhooks: webhooks),
            EventEndpoints(store: store, engine: engine),
            IntegrationEndpoints(store: store, revoker: revoker, addresses: policy),
            OAuthEndpoints(store: store, flow: flow, publicURL: configuration.publicURL),
            ConnectionEndpoints(store: store, refresher: refresher, revoker: revoker),
        ]
        try await ledger.load()
        try await watcher.load()
    }

    /// Runs work with the API in this process, with the workers beside it that calls depend on.
    ///
    /// Deliveries are stored and left to the runtime of the state; counted limits are written back before this returns.
    package func withAPI<Value: Sendable>(
        as principal: Principal, _ body: @Sendable (any ManagementAPI) async throws -> Value
    ) async throws -> Value {
        let services = ServiceGroup(configuration: .init(services: [ledger, unbroken], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            let result: Result<Value, any Error>
            do {
                let api = InProcessAPI(endpoints: groups.flatMap(\.endpoints), principal: principal, clock: clock, logger: logger)
                result = .success(try await body(api))
            } catch {
                result = .failure(error)
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            await useRecorder.flush()
            return try result.get()
        }
    }
}
