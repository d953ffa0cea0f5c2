package import ArgumentParser
import Reconciler
import Spec
import Store
import Values

/// `reconcile drift`: what was changed past the manifests.
package struct DriftCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "Show what changed in the state since the last apply, by whom and when.",
        discussion: "Exit codes: 0 done, 2 with --detailed-exitcode when there is drift. The next apply undoes it.")

    @OptionGroup package var state: LocalStateOptions

    @Option(help: ArgumentHelp("Only this workspace.", valueName: "name"))
    package var workspace: String?

    @Option(help: "How to write it: text, or json with Terraform's `resource_drift`.")
    package var format: DataFormat = .text

    @Flag(name: .customLong("detailed-exitcode"), help: "End with 2 when there is drift.")
    package var hasDetailedExitCode = false

    package init() {}

    package func run(in world: World) async throws {
        let store = try state.openWithoutKey(in: world)
        let workspace = workspace
        let (drift, serial) = try await store.read { (try $0.drift(workspace: workspace), try $0.stateSerial()) }
        let domains = Set(drift.map { Manifest.Domain(workspace: $0.address.workspace, owner: "") })
        let plan = Plan(
            base: Observed.Base(lineage: serial.lineage, serial: serial.serial), changes: [], drift: drift, refusals: [],
            reads: ReadSet(domains: domains, addresses: [], records: []), existing: 0,
            spansWorkspaces: domains.workspaces.count > 1, isComplete: true)
        switch format {
        case .json: world.output.line(plan.json(timestamp: world.now()).text)
        case .text: world.output.write(text(of: plan))
        }
        if hasDetailedExitCode, !drift.isEmpty { throw CommandError(.changes, nil) }
    }

    private func text(of plan: Plan) -> String {
        var text = ""
        for change in plan.drift {
            let lines = PlanText.lines(of: change, in: plan)
            let when = change.observed.map { " at \($0.changedAt)" } ?? ""
            text += (lines.prefix(1).map { $0 + when } + lines.dropFirst()).joined(separator: "\n") + "\n\n"
        }
        let count = plan.drift.count
        return text
            + (count == 0 ? "No drift.\n" : "Drift: \(count) \(count == 1 ? "resource" : "resources") changed past the manifests.\n")
    }
}
