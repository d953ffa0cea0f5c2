import ArgumentParser
import Dispatch
import Reconciler
import Store

/// A command that carries a plan out: shown under the guards, agreed to, applied in one transaction.
package protocol PlanExecution: WorldCommand {
    var isApproved: Bool { get }
    var maximumDeletes: Int { get }
    var secretsOut: String? { get }
    var format: OutputFormat { get }
    var state: LocalStateOptions { get }
    /// Manifests or the saved plan that it works on; empty for none.
    var paths: [String] { get }

    /// Does the work; a `ReconcileError` ends with the exit status of its kind.
    func execute(in world: World) async throws
}

extension PlanExecution {
    package func run() async throws {
        let signals = Interruption.install()
        defer { for signal in signals { signal.cancel() } }
        let status = await perform(in: .process)
        if status != .success { throw ExitCode(status.rawValue) }
    }

    package func run(in world: World) async throws {
        do {
            try await execute(in: world)
        } catch let error as ReconcileError {
            throw CommandError(error)
        }
    }

    func validateMaximumDeletes() throws {
        guard (0...100).contains(maximumDeletes) else { throw ValidationError("--max-deletes takes a percentage from 0 to 100") }
    }

    /// The file must not take the place of anything that the command works on.
    func secretsOutput(in world: World) throws -> GeneratedSecretsOutput {
        GeneratedSecretsOutput(world: world, path: secretsOut, inputs: try state.location(in: world).files + paths)
    }

    /// Shows the plan, asks unless it is empty, and applies it; what it generates goes where `--secrets-out` says.
    ///
    /// - Parameters:
    ///   - question: what is asked.
    ///   - manifests: whose repository the revision names; nil for none.
    ///   - store: opened only once the plan is agreed to, so that one that is refused leaves no file behind.
    ///   - said: what to say of the revision that was made.
    ///   - apply: the work within the transaction.
    func carryOut(
        _ plan: Plan, question: String, manifestsAt manifests: String?, in world: World, on store: () throws -> Store,
        saying said: (Revision) -> String, apply: @escaping @Sendable (Writing, Plan, Author) throws -> Applied
    ) async throws {
        try PlanOutput(world: world, format: format).show(plan)
        if !plan.isEmpty { try Approval(world: world, isGiven: isApproved).ask(question) }
        let author = await Author.current(in: world, manifestsAt: manifests)
        let secretsFile = try secretsOutput(in: world).open()
        let applied = try await store().write { writing in
            let applied = try apply(writing, plan, author)
            Interruption.ignoreSignals()
            return applied
        }
        if let revision = applied.revision { world.errors.line(said(revision)) }
        try secretsOutput(in: world).write(applied.generatedSecrets, to: secretsFile)
    }
}
