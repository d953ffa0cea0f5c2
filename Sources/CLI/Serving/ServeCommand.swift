package import ArgumentParser
import Foundation
import IntegrationRuntime
import Logging
import Reconciler
import ServiceLifecycle
import Spec
import Store
import UnixSignals
import Values

/// `reconcile serve`: the runtime.
package struct ServeCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the API, key checks, OAuth callbacks and deliveries from the state.",
        discussion: """
            Needs ENCRYPTION_KEY and RECONCILE_JWT_SECRET or RECONCILE_JWKS. With manifests it also applies them at the start \
            and whenever they or the state change. One runtime serves a state; a second one ends with 5.
            """)

    @Argument(help: ArgumentHelp("Manifests to keep applied.", valueName: "path"))
    var paths: [String] = []

    @Option(help: "Where to listen.")
    var listen: String = "127.0.0.1:8080"

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp("The address that others see, for callbacks (default: http:// and --listen).", valueName: "url"))
    var publicURL: String?

    @Option(name: .customLong("trusted-proxy"), help: ArgumentHelp("A proxy whose X-Forwarded-For counts; repeatable.", valueName: "cidr"))
    var trustedProxies: [String] = []

    @Option(
        name: .customLong("allow-network"),
        help: ArgumentHelp(
            "A private network that deliveries and token calls may reach; repeatable (also $RECONCILE_ALLOW_NETWORKS).", valueName: "cidr"))
    var allowedNetworks: [String] = []

    @Option(help: "How often to reconcile the given manifests.")
    var interval: String = "30s"

    @Option(name: .customLong("log-level"), help: "trace, debug, info, notice, warning or error.")
    var logLevel: String = "info"

    @OptionGroup(title: "Connections") var connections: ConnectionOptions

    @OptionGroup var state: StateOptions

    package init() {}

    package static var isAwaited: Bool { false }

    package func run(in world: World) async throws {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw CommandError(.usage, "--log-level takes trace, debug, info, notice, warning or error")
        }
        guard let interval = Duration(manifestText: interval), interval >= .seconds(1) else {
            throw CommandError(.usage, "--interval takes a duration of at least 1s, such as 30s")
        }
        let (host, port) = try address()
        let configuration = try configuration(in: world, listening: Authority(host: host, port: port))
        var logger = Logger(label: "reconcile") { JSONLineLogHandler(label: $0, level: level) }
        logger.logLevel = level
        let tokens = try await tokenKeys(in: world, logger: logger)
        guard world.variable("ENCRYPTION_KEY") != nil else {
            throw CommandError(
                .failure, "ENCRYPTION_KEY is not set; the runtime encrypts what it stores with it; \(Keyring.remedy)")
        }
        let lock = try RuntimePlace.lock(try state.location(in: world))
        let store = try state.open(in: world, mode: .createIfMissing)
        // Closes the state and says what the log still holds, however this ends.
        do {
            let lease = try await store.takeRuntimeLease()
            try await RuntimePlace.holding(lease) { [logger] error in
                guard let error else { return logger.notice("the place of the one runtime is renewed again") }
                logger.error("the place of the one runtime was not renewed; trying again", metadata: ["error": "\(error)"])
            } _: { [logger] in
                try await serve(store, configuration, tokens, host: host, port: port, interval: interval, logger: logger, in: world)
            }
        } catch {
            store.close()
            await LogWriter.standardError.flush(within: Self.longestFlush)
            throw error
        }
        store.close()
        await LogWriter.standardError.flush(within: Self.longestFlush)
        withExtendedLifetime(lock) {}
    }

    /// How long the end of the process waits for the last log lines.
    private static let longestFlush: Duration = .seconds(2)

    private func serve(
        _ store: Store, _ configuration: RuntimeConfiguration, _ tokens: TokenKeys, host: String, port: Int, interval: Duration,
        logger: Logger, in world: World
    ) async throws {
        let reconciling = paths.first.map { path in
            ManifestWatch(paths: paths, interval: interval, environment: world.environment) {
                await Author.ofRuntime(in: world, manifestsAt: path)
            }
        }
        let server = try await Server(
            store: store, configuration: configuration, tokens: tokens, host: host, port: port, clock: world.now, logger: logger,
            reconciling: reconciling, version: Reconcile.version
        ) { port in
            world.output.remark("Serving http://\(Authority(host: host, port: port))")
        }
        do {
            try await server.run(gracefulShutdownSignals: [.sigterm, .sigint])
        } catch let error as ListenError {
            throw CommandError(.failure, "\(error); choose another address with --listen, or end what is there")
        } catch {
            throw CommandError(.failure, "the runtime ended: \(error)")
        }
    }

    /// `HOST:PORT`, with IPv6 in brackets.
    private func address() throws(CommandError) -> (host: String, port: Int) {
        guard let address = Authority(listen), let port = address.port else {
            throw CommandError(.usage, "--listen takes HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")
        }
        return (address.host, port)
    }

    private func configuration(in world: World, listening address: Authority) throws(CommandError) -> RuntimeConfiguration {
        do {
            let fromEnvironment = try RuntimeConfiguration.local(environment: world.environment).allowedNetworks
            return RuntimeConfiguration(
                // Where nobody says otherwise, what was given to --listen; a port that the system chooses is not known yet.
                publicURL: try publicURL.map(RuntimeConfiguration.publicURL) ?? "http://\(address)",
                allowedNetworks: fromEnvironment + (try RuntimeConfiguration.networks(allowedNetworks)),
                trustedProxies: try RuntimeConfiguration.networks(trustedProxies), connections: try connections.limits())
        } catch let error as CommandError {
            throw error
        } catch let error as ConfigurationError {
            throw CommandError(.usage, error.message)
        } catch {
            throw CommandError(.usage, "\(error)")
        }
    }

    private func tokenKeys(in world: World, logger: Logger) async throws(CommandError) -> TokenKeys {
        let (audience, issuer) = (world.variable("RECONCILE_JWT_AUDIENCE"), world.variable("RECONCILE_JWT_ISSUER"))
        switch (world.variable("RECONCILE_JWT_SECRET"), world.variable("RECONCILE_JWKS")) {
        case (let secret?, nil):
            world.warn(ofWeakSecret: Secret(secret))
            return TokenKeys(TokenVerifier(sharedSecret: Secret(secret), audience: audience, issuer: issuer))
        case (nil, let source?) where source.contains("://"):
            do {
                return try await TokenKeys(url: source, audience: audience, issuer: issuer, logger: logger)
            } catch {
                throw CommandError(.failure, error.message)
            }
        case (nil, let source?):
            guard let document = FileManager.default.contents(atPath: source) else {
                throw CommandError(.failure, "RECONCILE_JWKS names \(source), which cannot be read")
            }
            do {
                return TokenKeys(TokenVerifier(keys: try JSONWebKeySet(parsing: Array(document)).keys, audience: audience, issuer: issuer))
            } catch {
                throw CommandError(.failure, "RECONCILE_JWKS (\(source)) is no key set that can be used: \(error)")
            }
        case (nil, nil):
            throw CommandError(
                .failure,
                "set RECONCILE_JWT_SECRET (make one with: openssl rand -base64 48) or RECONCILE_JWKS, so that management tokens can be checked"
            )
        case (_?, _?):
            throw CommandError(.failure, "RECONCILE_JWT_SECRET and RECONCILE_JWKS are both set; keep one")
        }
    }
}
