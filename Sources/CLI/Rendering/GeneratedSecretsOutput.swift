import Foundation
import Reconciler
import Spec

/// Where signing secrets go that apply has just made: a terminal, or a file that only its owner can read, and nowhere else.
struct GeneratedSecretsOutput {
    let world: World
    /// `--secrets-out`.
    let path: String?

    /// Says so before anything is applied where the file could not be written.
    func check() throws(CommandError) {
        guard let path else { return }
        guard !FileManager.default.fileExists(atPath: path) || FileManager.default.isWritableFile(atPath: path) else {
            throw CommandError(.failure, "the file \(path) of --secrets-out cannot be written")
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw CommandError(.failure, "the folder \(folder) of --secrets-out does not exist or cannot be written")
        }
    }

    func write(_ secrets: [Applied.GeneratedSecret]) throws(CommandError) {
        guard !secrets.isEmpty else { return }
        if let path {
            let members = secrets.map { ($0.address.qualified, JSON.string($0.secret.reveal())) }
            try PrivateFile.write(JSON.object(JSONObject(members)).prettyText + "\n", to: path)
            world.errors.line("Wrote \(secrets.count) generated \(secrets.count == 1 ? "secret" : "secrets") to \(path) (mode 0600).")
        } else if world.errors.isTerminal {
            world.errors.line("Generated signing secrets, shown this once:")
            for generated in secrets { world.errors.line("  \(generated.address.qualified)  \(generated.secret.reveal())") }
        } else {
            world.errors.line(
                """
                \(secrets.count) signing \(secrets.count == 1 ? "secret was" : "secrets were") generated and not shown, since this is no \
                terminal; see one with `reconcile webhooks secret NAME`, or use --secrets-out FILE
                """)
        }
    }
}
