package import ArgumentParser
import HTTPTypes
import IntegrationRuntime
import Values

/// `reconcile keys list`
package struct KeysList: WorldCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the keys, newest first.")

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            let heading = ["ID", "NAME", "STATUS", "POLICY", "SCOPES", "EXPIRES", "LAST USED"]
            ListOutput(world: world, format: options.format).write(
                try await api.list(KeysCommand.path, query: query), none: "No keys.", heading: heading
            ) { key in
                [
                    key["id"]?.string ?? "", key["name"]?.string ?? "", key["status"]?.string ?? "", key["policy"]?.string ?? "-",
                    (key["scopes"]?.strings ?? []).joined(separator: " "), key["expiresAt"]?.string ?? "never",
                    key["lastUsedAt"]?.string ?? "never",
                ]
            }
        }
    }
}

/// `reconcile keys show`
package struct KeysShow: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one key: what it may do, never the key itself.")

    @Argument(help: "The key's id: key_…")
    var id: String

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            let key = try await api.json(ManagementRequest(.get, "\(KeysCommand.path)/\(PercentEncoding.segment(id))", query: query))
            world.output.line(key.prettyText)
        }
    }
}
