package import ArgumentParser

/// `reconcile keys`: API keys, which are runtime data and never in a manifest.
package struct KeysCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, list, check and revoke API keys.",
        subcommands: [KeysCreate.self, KeysList.self, KeysShow.self, KeysRevoke.self, KeysVerify.self])

    package init() {}

    static let path = "/api/integrations/api-keys"
}
