import Reconciler
import Spec
import Values

/// Where signing secrets go that apply has just made: a terminal, or a file that only its owner can read, and nowhere else.
struct GeneratedSecretsOutput {
    let world: World
    /// `--secrets-out`.
    let path: String?
    /// What the file must not take the place of.
    let inputs: [String]

    private static let option = "--secrets-out"

    /// Says so before anything is planned where the file could not be written.
    func check() throws(CommandError) {
        if let path { try OutputFile.check(path, option: Self.option, sparing: inputs) }
    }

    /// To be called right before the commit: what can fail about the file fails here.
    func open() throws(CommandError) -> OutputFile? {
        guard let path else { return nil }
        do {
            return try OutputFile(path, option: Self.option, sparing: inputs)
        } catch {
            throw CommandError(error.status, "nothing was applied: \(error.message ?? "")")
        }
    }

    func write(_ secrets: [Applied.GeneratedSecret], to file: OutputFile?) throws(CommandError) {
        guard !secrets.isEmpty else { return }
        let count = secrets.count
        if let file, let path {
            let members = secrets.map { ($0.address.qualified, JSON.string($0.secret.reveal())) }
            do {
                try file.write(JSON.object(JSONObject(members)).prettyText + "\n")
            } catch {
                throw CommandError(
                    error.status,
                    "\(error.message ?? ""); the plan was applied all the same: see a secret with `reconcile webhooks secret NAME`")
            }
            world.errors.line(
                "Wrote \(count) generated \(count == 1 ? "secret" : "secrets") to \(path)\(file.isPrivate ? " (mode 0600)" : "").")
        } else if world.errors.isTerminal {
            world.errors.line("Generated signing secrets, shown this once:")
            for generated in secrets { world.errors.line("  \(generated.address.qualified)  \(generated.secret.reveal())") }
        } else {
            world.errors.line(
                """
                \(count) signing \(count == 1 ? "secret was" : "secrets were") generated and not shown, since this is no \
                terminal; see one with `reconcile webhooks secret NAME`, or use --secrets-out FILE
                """)
        }
    }
}
