package import ArgumentParser
import IntegrationRuntime
import Spec
import Values

/// `reconcile token`: a management JWT from the shared secret.
package struct TokenCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Mint a management token from RECONCILE_JWT_SECRET, for development and CI.")

    @Option(help: "The workspace it is for; * with --role admin spans all.")
    var workspace: String

    @Option(help: "member or admin.")
    var role: String = "member"

    @Option(help: "Who it names as the actor (default: user@host).")
    var subject: String?

    @Option(name: .customLong("expires-in"), help: "How long it works: 15m, 12h, 30d.")
    var expiresIn: String = "1h"

    package init() {}

    package func run(in world: World) async throws {
        guard let secret = world.variable("RECONCILE_JWT_SECRET") else {
            throw CommandError(
                .failure, "RECONCILE_JWT_SECRET is not set; the runtime must have the same; make one with: openssl rand -base64 48")
        }
        world.warn(ofWeakSecret: Secret(secret))
        guard let role = Principal.Role(rawValue: role) else { throw CommandError(.usage, "--role takes member or admin") }
        guard let lifetime = Duration(manifestText: expiresIn), lifetime > .zero else {
            throw CommandError(.usage, "--expires-in takes a duration such as 15m, 12h or 30d")
        }
        guard workspace != "*" || role == .admin else { throw CommandError(.usage, "--workspace '*' takes --role admin") }
        if workspace != "*", let problem = WorkspaceName.problem(workspace) { throw CommandError(.usage, "--workspace: \(problem)") }
        let principal = Principal(
            subject: subject ?? RuntimeOptions.actor(in: world), workspace: workspace == "*" ? .all : .one(workspace), role: role)
        let token = TokenMint(sharedSecret: Secret(secret)).token(
            for: principal, at: world.now(), lifetime: lifetime, audience: world.variable("RECONCILE_JWT_AUDIENCE"),
            issuer: world.variable("RECONCILE_JWT_ISSUER"))
        world.output.line(token.reveal())
    }
}

extension World {
    /// Says what is weak about a RECONCILE_JWT_SECRET, where something is.
    func warn(ofWeakSecret secret: Secret) {
        if let weakness = TokenVerifier.weakness(of: secret) { errors.line("warning: RECONCILE_JWT_SECRET \(weakness)") }
    }
}
