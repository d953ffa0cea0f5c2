package import ArgumentParser
import HTTPTypes
import IntegrationRuntime
import Values

/// `reconcile keys revoke`
package struct KeysRevoke: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a key for good.",
        discussion:
            "At a server (--server) it is refused from the moment this returns; in a state file that a runtime serves, within a second.")

    @Argument(help: "The key's id: key_…")
    var id: String

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            _ = try await api.json(ManagementRequest(.delete, "\(KeysCommand.path)/\(PercentEncoding.segment(id))", query: query))
            world.errors.line("Revoked \(id).")
        }
    }
}
