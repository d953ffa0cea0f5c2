package import ArgumentParser
import Reconciler

/// What `plan` and `apply` have in common.
package struct PlanningOptions: ParsableArguments {
    @Flag(name: .customLong("no-prune"), help: "Keep what is declared no longer.")
    package var keepsUndeclared = false

    @Option(
        name: .customLong("target"), parsing: .upToNextOption,
        help: ArgumentHelp("Plan only these, and what they need: webhook.NAME, WORKSPACE/webhook.NAME.", valueName: "address"))
    package var targets: [String] = []

    @Option(
        name: .customLong("take-ownership"), parsing: .upToNextOption,
        help: ArgumentHelp("Take these from another owner's manifests.", valueName: "address"))
    package var takesOwnership: [String] = []

    package init() {}

    package func validate() throws {
        for text in targets + takesOwnership where PlanOptions.TargetPattern(text) == nil {
            throw ValidationError(
                "`\(text)` is no address: write KIND.NAME with KIND one of scope, event, key_policy, integration, webhook")
        }
    }

    var options: PlanOptions {
        PlanOptions(
            prunes: !keepsUndeclared, targets: targets.compactMap(PlanOptions.TargetPattern.init),
            takesOwnership: takesOwnership.compactMap(PlanOptions.TargetPattern.init))
    }
}
