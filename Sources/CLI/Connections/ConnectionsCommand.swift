package import ArgumentParser
import HTTPTypes
import IntegrationRuntime
import Spec
import Values

/// `reconcile connections`: accounts connected through OAuth.
package struct ConnectionsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "connections", abstract: "Connect accounts through OAuth, and look after them.",
        subcommands: [ConnectionsList.self, ConnectionsConnect.self, ConnectionsRefresh.self, ConnectionsRevoke.self])

    package init() {}

    static let path = "/api/integrations/connections"
}

/// `reconcile connections list`
package struct ConnectionsList: WorldCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the connected accounts, newest first.")

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            ListOutput(world: world, format: options.format).write(
                try await api.list(ConnectionsCommand.path, query: query), none: "No connections.",
                heading: ["ID", "INTEGRATION", "STATUS", "TOKEN EXPIRES", "SCOPES"]
            ) { connection in
                [
                    connection["id"]?.string ?? "", connection["integrationId"]?.string ?? "", connection["status"]?.string ?? "",
                    connection["expiresAt"]?.string ?? "-", (connection["scopes"]?.strings ?? []).joined(separator: " "),
                ]
            }
        }
    }
}

/// `reconcile connections connect`
package struct ConnectionsConnect: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "connect", abstract: "Begin to connect an account: prints the address that its owner opens in a browser.",
        discussion:
            "The runtime must be serving, because the provider sends the browser back to it. The address works once and for ten minutes.")

    @Argument(help: "The integration's name or id.")
    var integration: String

    @Option(
        name: .customLong("redirect-uri"),
        help: ArgumentHelp(
            "Where the provider sends the browser: one of the integration's redirectUris (default: its first).", valueName: "url"))
    var redirectURI: String?

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            let found = try await find(api, query)
            let redirect = redirectURI ?? found["redirectUris"]?.strings?.first
            // A server knows its own callback; a state file does not say where its runtime listens.
            guard let id = found["id"]?.string, redirect != nil || api is RemoteAPI else {
                throw CommandError(
                    .usage, "the integration declares no redirectUris; say where the provider sends the browser with --redirect-uri")
            }
            let start = try await api.json(
                ManagementRequest(
                    .post, "/api/integrations/\(id)/oauth/initiate", query: query,
                    body: redirect.map { ["redirectUri": .string($0)] } ?? [:]))
            world.output.line(options.format == .json ? start.prettyText : start["authorizationUrl"]?.string ?? "")
        }
    }

    private func find(_ api: any ManagementAPI, _ query: [(name: String, value: String)]) async throws -> JSON {
        let all = try await api.list("/api/integrations", query: query, atMost: 100_000).items
        guard let found = all.first(where: { $0["id"]?.string == integration || $0["slug"]?.string == integration }) else {
            let remedy = Nearest.remedy(
                for: integration, among: all.compactMap { $0["slug"]?.string }, otherwise: "the workspace has none of that name")
            throw CommandError(.failure, "there is no integration `\(integration)`: \(remedy)")
        }
        return found
    }
}

/// `reconcile connections refresh`
package struct ConnectionsRefresh: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "refresh", abstract: "Renew a connection's tokens at the provider, now.")

    @Argument(help: "The connection's id: conn_…")
    var id: String

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            let connection = try await api.json(
                ManagementRequest(.post, "\(ConnectionsCommand.path)/\(PercentEncoding.segment(id))/refresh", query: query))
            world.output.line(options.format == .json ? connection.prettyText : connection["status"]?.string ?? "")
        }
    }
}

/// `reconcile connections revoke`
package struct ConnectionsRevoke: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a connection's tokens at the provider and forget the account.")

    @Argument(help: "The connection's id: conn_…")
    var id: String

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            _ = try await api.json(ManagementRequest(.delete, "\(ConnectionsCommand.path)/\(PercentEncoding.segment(id))", query: query))
            world.errors.line("Revoked \(id).")
        }
    }
}
