/// A plan as a comment on a merge request: totals first, deletions next, cut at a size that every forge takes.
package struct PlanMarkdown: Sendable {
    private let plan: Plan
    private let maximumCharacters: Int

    /// - Parameter maximumCharacters: GitHub refuses comments above 65,535.
    package init(_ plan: Plan, maximumCharacters: Int = 60_000) {
        self.plan = plan
        self.maximumCharacters = maximumCharacters
    }

    package var text: String {
        var text = "### \(plan.summary)\n\n"
        if let moves = plan.moveSummary { text += "\(moves)\n\n" }
        for refusal in plan.refusals { text += "> **Refused:** \(refusal.message)\n\n" }
        let changes = PlanText.ordered(plan.visibleChanges)
        let footer = "Digest: `\(plan.digest)`\n"
        var shown = 0
        for change in changes {
            let lines = PlanText.lines(of: change, in: plan)
            let block = Self.fenced(lines)
            // Room for the footer and for saying how much is missing.
            if text.count + block.count + footer.count + 100 > maximumCharacters { break }
            text += block
            shown += 1
        }
        if shown < changes.count { text += "… and \(changes.count - shown) more changes, left out for length.\n\n" }
        return text + footer
    }

    /// A block in the colours of a diff; `~` is no sign that they know, `!` is.
    private static func fenced(_ lines: [String]) -> String {
        let body = lines.map { line -> String in
            let content = line.drop { $0 == " " }
            let indent = String(repeating: " ", count: line.count - content.count)
            guard let sign = content.first, "+-~!>".contains(sign) else { return line }
            return "\(sign == "~" || sign == ">" ? "!" : String(sign))\(indent)\(content.dropFirst())"
        }
        var fence = "```"
        while body.contains(where: { $0.contains(fence) }) { fence += "`" }
        return "\(fence)diff\n\(body.joined(separator: "\n"))\n\(fence)\n\n"
    }
}
