package import ArgumentParser
import Reconciler
import Spec
import Store
import Values

/// `reconcile rollback`: a plan back to an earlier revision, with the same guards and the same transaction.
package struct RollbackCommand: PlanExecution {
    package static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Return to what was declared after an earlier revision.",
        discussion: """
            Makes a plan that undoes every later revision, asks, and applies it as a new revision. Secrets stay as they are \
            today; those of resources that come back are read from where their references say, and one that was given over \
            HTTP and went with its resource is an error. What was changed over HTTP past the manifests does not come back. The \
            next apply of your manifests goes forward again, so revert them too.

            Exit codes are those of apply.
            """)

    @Argument(help: ArgumentHelp("A number from `reconcile history`.", valueName: "revision"))
    package var revision: Int

    @OptionGroup package var state: LocalStateOptions

    @Flag(name: .customLong("auto-approve"), help: "Do not ask.")
    package var isApproved = false

    @Option(
        name: .customLong("max-deletes"),
        help: ArgumentHelp(
            "Refuse a plan that destroys more than this share of the declared resources, above ten of them.", valueName: "percent"))
    package var maximumDeletes = ApplyCommand.defaultMaximumDeletes

    @Option(
        name: .customLong("secrets-out"),
        help: ArgumentHelp(
            "Write generated signing secrets to this file (mode 0600; a file is replaced, a link followed, a device or pipe written into).",
            valueName: "file"))
    package var secretsOut: String?

    @Option(help: "How to write what is done: text, json or markdown.")
    package var format: OutputFormat = .text

    package var paths: [String] { [] }

    package init() {}

    package func validate() throws {
        try validateMaximumDeletes()
    }

    package func execute(in world: World) async throws {
        try secretsOutput(in: world).check()
        let store = try state.open(in: world)
        let (revision, now) = (revision, world.now())
        guard let manifest = try await store.read({ try $0.declarations(asOf: revision) }) else {
            throw CommandError.noRevision(revision)
        }
        let (present, takesOwnership) = try await store.read {
            (try $0.presentSecrets(for: manifest), try $0.formerOwnerships(in: manifest))
        }
        let secrets = try complete(present, for: manifest, in: world)
        var plan = try await store.read { reading in
            try reading.plan(for: manifest, secrets: secrets, options: PlanOptions(takesOwnership: takesOwnership), at: now)
        }
        plan.reviewedDigest = plan.digest
        plan = plan.guarded(maximumDeletePercent: maximumDeletes)
        // Nothing to return to: not even where the manifests have things is noted anew.
        if plan.isEmpty { return try PlanOutput(world: world, format: format).show(plan) }
        try await carryOut(
            plan, question: "Return \(try state.location(in: world)) to revision \(revision)?", manifestsAt: nil, in: world, on: { store },
            saying: { "Returned to revision \(revision) as revision \($0.number)." }
        ) { writing, plan, author in
            try writing.apply(plan, secrets: secrets, by: author, at: now, returningTo: revision)
        }
    }

    /// Adds, for resources that come back, the values that their references give.
    private func complete(
        _ present: [Address: [String: Secret]], for manifest: Manifest, in world: World
    ) throws(CommandError) -> [Address: [String: Secret]] {
        let missing = manifest.resources.filter { resource in
            resource.spec.secrets.contains { present[resource.address]?[$0.field] == nil && $0.source != .stored }
        }
        var secrets = present
        for (address, fields) in try ManifestOptions.secrets(of: missing, places: .none, in: world, format: format) {
            secrets[address, default: [:]].merge(fields) { today, _ in today }
        }
        let lost = manifest.resources.flatMap { resource in
            resource.spec.secrets.filter { secrets[resource.address]?[$0.field] == nil }.map { (resource.address, $0.field) }
        }
        guard lost.isEmpty else { throw CommandError(ReconcileError.missingSecrets(lost)) }
        return secrets
    }
}
