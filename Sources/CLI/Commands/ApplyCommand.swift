package import ArgumentParser
import Foundation
import Reconciler
import Spec
import Store
import Values

/// `reconcile apply`: makes the state agree with the manifests, in one transaction.
package struct ApplyCommand: PlanExecution {
    static let defaultMaximumDeletes = 30

    package static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Do what plan shows, in one transaction.",
        discussion: """
            Takes manifests, or one file that `plan --out` saved. A saved plan is done exactly, and refused once anything that \
            it read has moved or a secret has another value. Either all of it happens or nothing.

            Exit codes: 0 done or no changes, 1 failed or not approved, 3 manifests invalid, 4 plan stale or not the one of \
            --plan-digest, 5 state locked, 6 refused by a guard, 7 owned by another, 130 interrupted before the commit.
            """)

    @Argument(help: ArgumentHelp("Manifests (files, folders, -), or one saved plan.", valueName: "path"))
    package var paths: [String] = []

    @OptionGroup package var state: LocalStateOptions
    @OptionGroup package var planning: PlanningOptions

    @Flag(name: .customLong("auto-approve"), help: "Do not ask.")
    package var isApproved = false

    @Option(
        name: .customLong("max-deletes"),
        help: ArgumentHelp(
            "Refuse a plan that destroys more than this share of the declared resources, above ten of them.", valueName: "percent"))
    package var maximumDeletes = ApplyCommand.defaultMaximumDeletes

    @Option(
        name: .customLong("plan-digest"),
        help: ArgumentHelp("Go on only if the plan has this digest, the one that was reviewed.", valueName: "digest"))
    package var planDigest: String?

    @Option(
        name: .customLong("secrets-out"),
        help: ArgumentHelp(
            "Write generated signing secrets to this file (mode 0600; a file is replaced, a link followed, a device or pipe written into).",
            valueName: "file"))
    package var secretsOut: String?

    @Option(
        name: .customLong("secret-overlap"),
        help: ArgumentHelp("Sign with a webhook's replaced secret too for this long, such as 24h.", valueName: "duration"))
    package var secretOverlap = "0s"

    @Option(help: "How to write what is done: text, json or markdown.")
    package var format: OutputFormat = .text

    package init() {}

    package func validate() throws {
        if paths.isEmpty { throw ValidationError("name at least one manifest, folder, - or saved plan") }
        try validateMaximumDeletes()
        guard let overlap, overlap <= PreviousSecret.longestOverlap else {
            throw ValidationError("--secret-overlap takes a duration such as 24h, at most 30d")
        }
    }

    private var overlap: Duration? { Duration(manifestText: secretOverlap) }

    package func execute(in world: World) async throws {
        let location = try state.location(in: world)
        try secretsOutput(in: world).check()
        var work = try await prepare(in: world)
        // Computed once: the text, the comparison and the revision all name it.
        work.plan.reviewedDigest = work.plan.digest
        if let planDigest, planDigest != work.plan.digest {
            throw CommandError(
                .stalePlan,
                "this is not the reviewed plan, nothing was applied: its digest is \(work.plan.digest) and not \(planDigest); review it with `reconcile plan`"
            )
        }
        let (secrets, reads, overlap, now) = (work.secrets, work.reads, overlap ?? .zero, world.now())
        try await carryOut(
            work.plan.guarded(maximumDeletePercent: maximumDeletes), question: "Apply this plan to \(location)?", manifestsAt: paths.first,
            in: world, on: { try work.store ?? state.open(in: world, mode: .createIfMissing) },
            saying: { "Applied as revision \($0.number)." }
        ) { writing, plan, author in
            try writing.apply(plan, secrets: secrets, by: author, at: now, expectedReads: reads, secretOverlap: overlap)
        }
    }

    private struct Work {
        var plan: Plan
        var secrets: [Address: [String: Secret]]
        /// Of a saved plan.
        var reads: [Address: String]?
        /// Nil where there is no state yet.
        var store: Store?
    }

    private func prepare(in world: World) async throws -> Work {
        if let saved = try savedPlan(in: world) {
            let secrets = try ManifestOptions.secrets(of: saved.resources, places: .none, in: world, format: format)
            let store = saved.plan.base.lineage.isEmpty ? try state.openIfPresent(in: world) : try state.open(in: world)
            if !secrets.isEmpty {
                let keyring = try StateOptions.keyring(in: world).required()
                try saved.check(secrets, fingerprint: keyring.fingerprint)
            }
            return Work(plan: saved.plan, secrets: secrets, reads: saved.reads, store: store)
        }
        let made = try await Planning.make(paths, planning.options, state: state, in: world, format: format)
        return Work(plan: made.plan, secrets: made.secrets, reads: nil, store: made.store)
    }

    private static func isRegularFile(_ path: String) -> Bool {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return (try? FileManager.default.attributesOfItem(atPath: target))?[.type] as? FileAttributeType == .typeRegular
    }

    private static func firstByte(of path: String) -> UInt8? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        return (try? file.read(upToCount: 1))?.first
    }

    /// A single file that begins as JSON is a saved plan; a manifest never does, since it must be a block of keys to have places.
    private func savedPlan(in world: World) throws -> SavedPlan? {
        guard paths.count == 1, paths[0] != "-", !paths[0].hasSuffix(".yaml"), !paths[0].hasSuffix(".yml"),
            // What can be read only once, such as a pipe, is left to the reader of manifests.
            Self.isRegularFile(paths[0]),
            Self.firstByte(of: paths[0]) == UInt8(ascii: "{"), let data = FileManager.default.contents(atPath: paths[0])
        else { return nil }
        guard planning.targets.isEmpty, planning.takesOwnership.isEmpty, !planning.keepsUndeclared else {
            throw CommandError(
                .usage, "a saved plan is done as it is: --target, --take-ownership and --no-prune belong to `reconcile plan`")
        }
        return try SavedPlan(parsing: String(decoding: data, as: UTF8.self))
    }
}
