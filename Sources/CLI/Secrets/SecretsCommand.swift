package import ArgumentParser
import Store

/// `reconcile secrets`
package struct SecretsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "secrets", abstract: "Look after what the state keeps encrypted.", subcommands: [SecretsRotate.self])

    package init() {}
}

/// `reconcile secrets rotate`
package struct SecretsRotate: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Encrypt everything under the current ENCRYPTION_KEY.",
        discussion: """
            Set the new key as ENCRYPTION_KEY and the old one as ENCRYPTION_KEY_PREVIOUS, restart the runtime with both, run this, \
            then let go of the old one. It is one transaction: all or nothing.
            """)

    @OptionGroup var state: LocalStateOptions

    package init() {}

    package func run(in world: World) async throws {
        let store = try state.open(in: world)
        defer { store.close() }
        let count = try await store.write { try $0.resealSecrets() }
        world.output.line(
            count == 0 ? "Everything is under the current key already." : "Encrypted \(count) \(count == 1 ? "secret" : "secrets") anew.")
        try world.requireWritten("everything is under the current key")
    }
}
