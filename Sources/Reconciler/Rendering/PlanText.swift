import Spec
import Store
import Values

/// A plan for people at a terminal: deletions first, only what differs, what it does to live traffic, and the totals
/// as the last line.
package struct PlanText: Sendable {
    private let plan: Plan
    private let isColoured: Bool

    package init(_ plan: Plan, isColoured: Bool = false) {
        self.plan = plan
        self.isColoured = isColoured
    }

    /// Lines with a final line break each.
    package var text: String {
        var lines: [String] = []
        for change in Self.ordered(plan.visibleChanges) {
            lines += self.lines(of: change)
            lines.append("")
        }
        for index in plan.changes.indices where plan.changes[index].reason == .adopted && !plan.changes[index].isVisible {
            let change = plan.changes[index]
            lines.append("  \(plan.text(change.address))\(place(of: change)) was made through the API; apply takes it over as it is")
        }
        if !plan.isEmpty { lines.append("Digest: \(plan.digest)") }
        if let moves = plan.moveSummary { lines.append(moves) }
        lines.append(plan.summary)
        return lines.joined(separator: "\n") + "\n"
    }

    /// Deletions, then the others, each in creation order.
    static func ordered(_ changes: [Change]) -> [Change] {
        changes.filter { $0.action == .delete } + changes.filter { $0.action != .delete }
    }

    /// One change without colour: its heading, then its fields and impact.
    package static func lines(of change: Change, in plan: Plan) -> [String] {
        PlanText(plan).lines(of: change)
    }

    private func lines(of change: Change) -> [String] {
        let symbol = change.symbol
        var heading = "\(symbol.text) \(plan.text(change.address))\(place(of: change))"
        if let previous = change.previousAddress { heading += " moved from \(plan.text(previous))" }
        if let reason = change.reasonText { heading += ", \(reason)" }
        var lines = [colour(heading, symbol.colour)]
        if change.action != .delete { lines += change.fields.map { "    " + line(of: $0) } }
        for note in change.impact { lines.append(colour("    ! \(note.text)", .magenta)) }
        return lines
    }

    private func place(of change: Change) -> String {
        change.source.map { " (\($0.file.shownSafely):\($0.line))" } ?? ""
    }

    private func line(of field: FieldChange) -> String {
        let path = field.path.shownSafely
        switch field.kind {
        case .added(let value): return colour("+ \(path) = \(value.shown)", .green)
        case .removed(let value): return colour("- \(path) = \(value.shown)", .red)
        case .changed(let old, let new): return colour("~ \(path) = \(old.shown) -> \(new.shown)", .yellow)
        case .secret: return colour("~ \(path) = (changed)", .yellow)
        case .list(let elements):
            let parts = elements.map { element in
                switch element {
                case .kept(let value): value.shown
                case .removed(let value): "- \(value.shown)"
                case .added(let value): "+ \(value.shown)"
                }
            }
            return colour("~ \(path) = [\(parts.joined(separator: ", "))]", .yellow)
        }
    }

    private func colour(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    fileprivate enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
        case magenta = 35
        case cyan = 36
    }
}

extension Change {
    fileprivate var symbol: (text: String, colour: PlanText.Colour) {
        switch action {
        case .delete: ("-", .red)
        case .create: ("+", .green)
        case .update: ("~", .yellow)
        case .noOp: (">", .cyan)
        }
    }

    fileprivate var reasonText: String? {
        switch reason {
        case .noLongerDeclared: "declared no longer"
        case .adopted: "made through the API before"
        case .ownershipTaken: "taken from another owner"
        case .drifted: "changed over HTTP since the last apply" + (observed.map { " by \($0.changedBy.shownSafely)" } ?? "")
        case .moved, nil: nil
        }
    }
}

extension JSON {
    /// The value in one line, references to secrets as the manifest writes them.
    fileprivate var shown: String {
        if let source = SecretSource(json: self), object != nil {
            switch source {
            case .environment(let name): return "{ env: \(name.shownSafely) }"
            case .file(let path): return "{ file: \(path.shownSafely) }"
            case .stored: return "(kept in the state)"
            }
        }
        if case .array(let elements) = self { return "[\(elements.map(\.shown).joined(separator: ", "))]" }
        return text.shownSafely
    }
}

extension String {
    /// The text without characters that could move a terminal's cursor or turn the reading direction.
    package var shownSafely: String {
        guard unicodeScalars.contains(where: { $0.isTreacherous }) else { return self }
        var safe = ""
        for scalar in unicodeScalars {
            if scalar.isTreacherous {
                safe += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }
}

extension Unicode.Scalar {
    fileprivate var isTreacherous: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }
}
