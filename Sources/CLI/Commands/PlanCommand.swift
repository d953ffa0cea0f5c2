package import ArgumentParser
import Reconciler

/// `reconcile plan`: shows what apply would do.
package struct PlanCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what apply would do, and what it touches at run time.",
        discussion: """
            Reads manifests, resolves their secrets and compares them with the state; changes nothing. A state that does not \
            exist yet counts as empty.

            Exit codes: 0 done, 2 with --detailed-exitcode when there are changes, 3 manifests invalid, 6 refused by a guard, \
            7 owned by another.
            """)

    @OptionGroup package var manifests: ManifestOptions
    @OptionGroup package var state: LocalStateOptions
    @OptionGroup package var planning: PlanningOptions

    @Option(help: "How to write the plan: text, json (Terraform's names) or markdown (for a comment on a merge request).")
    package var format: OutputFormat = .text

    @Option(
        help: ArgumentHelp(
            "Also save the plan for `reconcile apply FILE`; it holds no secret (a file is replaced, a link followed, a device or pipe written into).",
            valueName: "file"))
    package var out: String?

    @Flag(name: .customLong("detailed-exitcode"), help: "End with 2 when there are changes.")
    package var hasDetailedExitCode = false

    package init() {}

    package func validate() throws {
        if manifests.paths.isEmpty { throw ValidationError("name at least one manifest, folder or -") }
    }

    package func run(in world: World) async throws {
        let inputs = try state.location(in: world).files + manifests.paths
        if let out { try OutputFile.check(out, option: "--out", sparing: inputs) }
        let planning = try await Planning.make(
            manifests.paths, planning.options, state: state, in: world, format: format)
        let plan = planning.plan
        PlanOutput(world: world, format: format).write(plan)
        if let refusal = ReconcileError(refusals: plan.refusals) { throw CommandError(refusal) }
        if let out {
            try OutputFile(out, option: "--out", sparing: inputs).write(SavedPlan.text(of: plan, timestamp: world.now()))
            world.errors.line("Saved the plan to \(out). To do exactly this: reconcile apply \(out)")
        }
        let guarded = plan.guarded(maximumDeletePercent: ApplyCommand.defaultMaximumDeletes)
        for refusal in guarded.refusals { world.errors.line("warning: apply will refuse this: \(refusal.message)") }
        if hasDetailedExitCode, !plan.isEmpty { throw CommandError(.changes, nil) }
    }
}
