import Reconciler
import Values

/// The one place that writes a plan in the format asked for.
struct PlanOutput {
    let world: World
    let format: OutputFormat

    func write(_ plan: Plan) {
        switch format {
        case .text: world.output.write(PlanText(plan, isColoured: world.colours(world.output)).text)
        case .json: world.output.line(plan.json(timestamp: world.now()).text)
        case .markdown: world.output.write(PlanMarkdown(plan).text)
        }
    }

    /// Writes a plan that is about to be done; throws where a guard refuses it, or where nobody can have seen it.
    func show(_ plan: Plan) throws {
        write(plan)
        if let refusal = ReconcileError(refusals: plan.refusals) { throw refusal }
        try world.requireWritten("nothing was applied")
    }
}
