package import ArgumentParser
import HTTPTypes
import IntegrationRuntime
import Spec
import Values

/// `reconcile webhooks`
package struct WebhooksCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "webhooks", abstract: "See webhooks and what became of their deliveries.",
        subcommands: [WebhooksList.self, WebhooksDeliveries.self, WebhooksSecret.self])

    package init() {}

    static let path = "/api/integrations/webhooks"

    /// The id of a webhook that was named by its id or by its stable name.
    static func id(of name: String, api: any ManagementAPI, query: [(name: String, value: String)]) async throws -> String {
        if WebhookID(name) != nil { return name }
        let all = try await api.list(path, query: query, atMost: 100_000)
        let matching = all.items.filter { $0["slug"]?.string == name || $0["name"]?.string == name }
        switch matching.count {
        case 1: return matching[0]["id"]?.string ?? name
        case 0:
            let remedy = Nearest.remedy(
                for: name, among: all.items.compactMap { $0["slug"]?.string }, otherwise: "`reconcile webhooks list` shows which there are")
            throw CommandError(.failure, "there is no webhook `\(name)`: \(remedy)")
        default:
            throw CommandError(
                .failure,
                "several webhooks are called `\(name)`; name one by its id: \(matching.compactMap { $0["id"]?.string }.joined(separator: ", "))"
            )
        }
    }
}

/// `reconcile webhooks list`
package struct WebhooksList: WorldCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the webhooks.")

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            ListOutput(world: world, format: options.format).write(
                try await api.list(WebhooksCommand.path, query: query), none: "No webhooks.",
                heading: ["ID", "NAME", "STATUS", "EVENTS", "URL"]
            ) { webhook in
                [
                    webhook["id"]?.string ?? "", webhook["slug"]?.string ?? webhook["name"]?.string ?? "",
                    webhook["status"]?.string ?? "", (webhook["events"]?.strings ?? []).joined(separator: " "),
                    webhook["url"]?.string ?? "",
                ]
            }
        }
    }
}

/// `reconcile webhooks deliveries`
package struct WebhooksDeliveries: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "deliveries", abstract: "List a webhook's deliveries, newest first.")

    @Argument(help: "The webhook's name or id.")
    var webhook: String

    @Option(help: "Only those that are PENDING, DELIVERED or EXHAUSTED.")
    var status: String?

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            let id = try await WebhooksCommand.id(of: webhook, api: api, query: query)
            let filter = status.map { [(name: "status", value: $0)] } ?? []
            ListOutput(world: world, format: options.format).write(
                try await api.list("\(WebhooksCommand.path)/\(id)/deliveries", query: query + filter), none: "No deliveries.",
                heading: ["ID", "EVENT", "STATUS", "ATTEMPTS", "CREATED", "LAST RESULT"]
            ) { delivery in
                let attempts = delivery["attempts"]?.array ?? []
                let last = attempts.last.map { $0["statusCode"]?.integer.map(String.init) ?? $0["error"]?.string ?? "" }
                return [
                    delivery["id"]?.string ?? "", delivery["event"]?.string ?? "", delivery["status"]?.string ?? "",
                    delivery["attemptCount"]?.integer.map(String.init) ?? String(attempts.count),
                    delivery["createdAt"]?.string ?? "", last ?? delivery["reason"]?.string ?? "-",
                ]
            }
        }
    }
}

/// `reconcile webhooks secret`
package struct WebhooksSecret: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Show the secret that signs a webhook's deliveries; who looked is recorded.")

    @Argument(help: "The webhook's name or id.")
    var webhook: String

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        try await options.withAPI(in: world) { api, query in
            let id = try await WebhooksCommand.id(of: webhook, api: api, query: query)
            let answer = try await api.json(ManagementRequest(.get, "\(WebhooksCommand.path)/\(id)/secret", query: query))
            world.output.line(answer["secret"]?.string ?? "")
        }
    }
}
