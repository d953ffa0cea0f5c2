package import ArgumentParser

/// The program.
@main
package struct Reconcile: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Integrations, webhooks and API keys of a platform, declared in manifests and served from one file of state.",
        version: version,
        subcommands: [
            InitCommand.self, ValidateCommand.self, PlanCommand.self, ApplyCommand.self,
            DriftCommand.self, ExportCommand.self, HistoryCommand.self, RollbackCommand.self,
            SchemaCommand.self, ProvidersCommand.self,
            ServeCommand.self, KeysCommand.self, EventsCommand.self, WebhooksCommand.self, ConnectionsCommand.self,
            SecretsCommand.self, TokenCommand.self,
        ])

    package static let version = "0.1.0"

    package init() {}
}
