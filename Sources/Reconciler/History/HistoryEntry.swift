import Spec
package import Store
package import Values

/// A revision with what it changed, as `history` shows it on the command line and over HTTP.
package struct HistoryEntry: Sendable {
    package var revision: Revision
    package var changes: [RevisionChange]

    /// `1 added, 2 changed, 0 destroyed`, with `, 1 moved` where something was, and `rollback to 3: ` before it all.
    package var summary: String {
        let rollback = revision.rollbackOf.map { "rollback to \($0): " } ?? ""
        let moves = moveCount == 0 ? "" : ", \(moveCount) moved"
        return "\(rollback)\(count(.create)) added, \(changeCount) changed, \(count(.delete)) destroyed\(moves)"
    }

    private func count(_ action: RevisionChange.Action) -> Int { changes.count { $0.action == action } }

    /// As a plan counts: what only got another address is moved and not changed.
    private var changeCount: Int { changes.count { $0.action == .update && !$0.isPureMove } }
    private var moveCount: Int { changes.count { $0.previousName != nil } }

    /// Members `revision`, `at`, `actor`, `commit`, `dirty`, `rollbackOf`, `summary`, `counts`, `planDigest`, `serial` and
    /// `changes[]`.
    package var json: JSON {
        [
            "revision": .integer(revision.number), "at": .string(revision.at.description), "actor": .string(revision.actor),
            "commit": revision.commit.map(JSON.string) ?? .null, "dirty": .bool(revision.isDirty),
            "rollbackOf": revision.rollbackOf.map { .integer($0) } ?? .null, "summary": .string(summary),
            "counts": [
                "add": .integer(count(.create)), "change": .integer(changeCount), "destroy": .integer(count(.delete)),
                "move": .integer(moveCount),
            ],
            "planDigest": .string(revision.planDigest), "serial": .integer(revision.serial),
            "changes": .array(changes.map(\.json)),
        ]
    }

    /// The revision's facts, then each change with its fields, in the manner of a plan.
    package var text: String {
        var lines = ["Revision \(revision.number), \(revision.at), by \(revision.actor.shownSafely)"]
        if let commit = revision.commit {
            lines.append("Commit \(commit)\(revision.isDirty ? ", with changes that it does not have" : "")")
        }
        if let number = revision.rollbackOf { lines.append("Rollback to revision \(number)") }
        lines.append("")
        for change in changes {
            let symbol = ["create": "+", "update": "~", "delete": "-"][change.action.rawValue] ?? "~"
            let source = (change.after?.source ?? change.before?.source).map { " (\($0.file.shownSafely):\($0.line))" } ?? ""
            let moved = change.previousName.map { " moved from \($0)" } ?? ""
            lines.append("\(symbol) \(change.address.qualified)\(source)\(moved)")
            guard change.action == .update else { continue }
            let fields = FieldChange.between(change.before?.spec ?? [:], change.after?.spec ?? [:])
            lines += fields.map { "    ~ \($0.path.shownSafely)" }
        }
        lines.append("")
        lines.append(summary)
        return lines.joined(separator: "\n") + "\n"
    }
}

extension RevisionChange {
    /// Whether nothing but the address differs.
    fileprivate var isPureMove: Bool {
        guard previousName != nil, let before, let after else { return false }
        return before.specText.isExactly(after.specText) && before.preventDestroy == after.preventDestroy
            && before.owner.isExactly(after.owner)
    }

    /// Names as in a plan: `address`, `previousAddress`, `action`, `before`, `after`.
    fileprivate var json: JSON {
        var object = JSONObject([
            ("address", .string(address.local)), ("workspace", .string(address.workspace)), ("owner", .string(owner)),
            ("action", .string(action.rawValue)),
        ])
        object["previousAddress"] = previousName.map { .string("\(address.kind.rawValue).\($0)") }
        object["before"] = before?.spec ?? .null
        object["after"] = after?.spec ?? .null
        return .object(object)
    }
}

extension Statements {
    /// The newest first, whole; `before` is the number of the last revision already seen.
    ///
    /// - Parameter workspace: revisions that touched it, with its changes alone; nil for everything.
    package func history(workspace: String?, before: Int? = nil, limit: Int) throws -> [HistoryEntry] {
        let revisions = try revisions(workspace: workspace, before: before, limit: limit)
        guard let newest = revisions.first, let oldest = revisions.last else { return [] }
        let changes = try revisionChanges(of: oldest.number...newest.number, workspace: workspace)
        return revisions.map { HistoryEntry(revision: $0, changes: changes[$0.number] ?? []) }
    }

    package func historyEntry(_ number: Int) throws -> HistoryEntry? {
        try revision(number).map { HistoryEntry(revision: $0, changes: try revisionChanges(of: $0.number)) }
    }
}
