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
            then let go of the old one. It works beside the runtime, a page at a time; if it is interrupted, run it again.
            """)

    @OptionGroup var state: LocalStateOptions

    package init() {}

    /// Between two words about how far it has come.
    private static let silence: Duration = .seconds(5)

    package func run(in world: World) async throws {
        let store = try state.open(in: world)
        defer { store.close() }
        var told = ContinuousClock.now
        let count = try await store.rotateSecrets { progress in
            guard told.duration(to: .now) >= Self.silence else { return }
            told = .now
            world.errors.line("Encrypted \(progress.resealed) secrets anew so far; now the \(progress.column.rawValue).")
        }
        world.output.line(
            count == 0 ? "Everything is under the current key already." : "Encrypted \(count) \(count == 1 ? "secret" : "secrets") anew.")
        try world.requireWritten("everything is under the current key")
    }
}
