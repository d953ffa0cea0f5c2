package import ArgumentParser
import HTTPTypes
import IntegrationRuntime
import Logging
import ServiceLifecycle
import Spec
import UnixSignals
import Values

/// `reconcile events listen`: a receiver for development, which shows what arrives and whether its signatures hold.
package struct EventsListen: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "listen", abstract: "Receive deliveries on this machine and show them.",
        discussion: """
            Any path takes a delivery and answers 200. The secret is read from the state with --webhook, or from the \
            environment with --secret-env; without one, signatures are shown as unchecked. The runtime must be allowed \
            to reach this address: serve --allow-network 127.0.0.0/8.
            """)

    @Option(help: "The port to listen on, at 127.0.0.1.")
    var port: Int = 8787

    @Option(help: ArgumentHelp("Check signatures with the secret of this webhook of the state.", valueName: "name"))
    var webhook: String?

    @Option(name: .customLong("secret-env"), help: ArgumentHelp("Check signatures with the secret in this variable.", valueName: "name"))
    var secretVariable: String?

    @Option(help: "Answer with this status, to see retries.")
    var answer: Int = 200

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package static var isAwaited: Bool { false }

    package func run(in world: World) async throws {
        guard (200...599).contains(answer) else { throw CommandError(.usage, "--answer takes a status from 200 to 599") }
        let signer = try await secret(in: world).map { WebhookSigner(secret: $0) }
        let status = HTTPResponse.Status(code: answer)
        // A rest of no segments at all matches no `{rest...}`.
        let receivers = ["/", "/{rest...}"].map { path in
            Endpoint(
                .post, path, name: "receive", summary: "Shows a delivery", access: .anyone, body: [:], maximumBodyBytes: 16 << 20,
                answers: []
            ) { call in
                world.output.write(Self.show(call, signer: signer))
                return Reply(status)
            }
        }
        let nobody = Gate(
            token: { _, _ throws(APIError) in throw .unauthorized("token_missing", "there is nothing to manage here") },
            key: { _, _ in throw APIError.unauthorized("key_missing", "there is nothing to check here") })
        var logger = Logger(label: "reconcile.listen") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let front = HTTPFront(
            endpoints: receivers, gate: nobody, host: "127.0.0.1", port: port, clock: world.now, logger: logger
        ) { port in
            world.errors.line("Listening on http://127.0.0.1:\(port). Stop with Ctrl-C.")
        }
        do {
            try await ServiceGroup(
                configuration: .init(services: [front], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            ).run()
        } catch let error as ListenError {
            throw CommandError(.failure, "\(error); choose another port with --port, or end what is there")
        }
    }

    private func secret(in world: World) async throws -> Secret? {
        if let secretVariable {
            guard let value = world.variable(secretVariable) else { throw CommandError(.failure, "\(secretVariable) is not set") }
            return Secret(value)
        }
        guard let webhook else { return nil }
        return try await options.withAPI(in: world) { api, query in
            let id = try await WebhooksCommand.id(of: webhook, api: api, query: query)
            return try await api.json(ManagementRequest(.get, "\(WebhooksCommand.path)/\(id)/secret", query: query))["secret"]?.string.map {
                Secret($0)
            }
        }
    }

    /// Two lines a delivery: what it is and whether its signatures hold; then its data.
    static func show(_ call: Call, signer: WebhookSigner?) -> String {
        let id = call.headers[.literal("webhook-id")] ?? "-"
        let body = (try? JSON(parsing: call.body)) ?? .string(String(decoding: call.body, as: UTF8.self))
        let event = body["event"]?.string ?? "(no event)"
        return "\(call.now)  \(event)  \(id)  \(verdict(call, id: id, signer: signer))\n    \((body["data"] ?? body).text)\n"
    }

    private static func verdict(_ call: Call, id: String, signer: WebhookSigner?) -> String {
        guard let signer else { return "signatures not checked" }
        guard let seconds = call.headers[.literal("webhook-timestamp")].flatMap({ Int64($0) }) else { return "not signed" }
        let expected = signer.headers(id: id, body: call.body, at: Timestamp(seconds: seconds))
        let holds = expected.allSatisfy { field in
            HTTPField.Name(field.name).map { Secret(call.headers[$0] ?? "") == Secret(field.value) } ?? false
        }
        return holds ? "signatures valid" : "SIGNATURES INVALID"
    }
}
