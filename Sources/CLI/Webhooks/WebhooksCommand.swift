package import ArgumentParser
import HTTPTypes
import IntegrationRuntime
import Spec

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
        let matching = all.filter { $0["slug"]?.string == name || $0["name"]?.string == name }
        switch matching.count {
        case 1: return matching[0]["id"]?.string ?? name
        case 0: throw CommandError(.failure, "there is no webhook `\(name)`; `reconcile webhooks list` shows which there are")
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
            let webhooks = try await api.list(WebhooksCommand.path, query: query)
            if options.format == .json {
                world.output.line(JSON.array(webhooks).prettyText)
                return
            }
            var rows: [[String]] = []
            let heading = ["ID", "NAME", "STATUS", "EVENTS", "URL"]
            for webhook in webhooks {
                rows.append([
                    webhook["id"]?.string ?? "", webhook["slug"]?.string ?? webhook["name"]?.string ?? "",
                    webhook["status"]?.string ?? "", (webhook["events"]?.strings ?? []).joined(separator: " "),
                    webhook["url"]?.string ?? "",
                ])
            }
            world.output.write(webhooks.isEmpty ? "No webhooks.\n" : TextTable(heading, rows).text)
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
            let deliveries = try await api.list("\(WebhooksCommand.path)/\(id)/deliveries", query: query + filter)
            if options.format == .json {
                world.output.line(JSON.array(deliveries).prettyText)
                return
            }
            var rows: [[String]] = []
            let heading = ["ID", "EVENT", "STATUS", "ATTEMPTS", "CREATED", "LAST RESULT"]
            for delivery in deliveries {
                let attempts = delivery["attempts"]?.array ?? []
                let last = attempts.last.map { $0["statusCode"]?.integer.map(String.init) ?? $0["error"]?.string ?? "" }
                rows.append([
                    delivery["id"]?.string ?? "", delivery["event"]?.string ?? "", delivery["status"]?.string ?? "",
                    delivery["attemptCount"]?.integer.map(String.init) ?? String(attempts.count),
                    delivery["createdAt"]?.string ?? "", last ?? delivery["reason"]?.string ?? "-",
                ])
            }
            world.output.write(deliveries.isEmpty ? "No deliveries.\n" : TextTable(heading, rows).text)
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
