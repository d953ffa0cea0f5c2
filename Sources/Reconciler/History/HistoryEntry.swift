package import Spec
package import Store

/// A revision with what it changed, as `history` shows it on the command line and over HTTP.
package struct HistoryEntry: Sendable {
    package var revision: Revision
    package var changes: [RevisionChange]

    /// `1 added, 2 changed, 0 destroyed`.
    package var summary: String {
        func count(_ action: RevisionChange.Action) -> Int { changes.count { $0.action == action } }
        return "\(count(.create)) added, \(count(.update)) changed, \(count(.delete)) destroyed"
    }

    /// Members `revision`, `at`, `actor`, `commit`, `dirty`, `summary`, `counts`, `planDigest`, `serial` and `changes[]`.
    package var json: JSON {
        func count(_ action: RevisionChange.Action) -> JSON { .integer(changes.count { $0.action == action }) }
        return [
            "revision": .integer(revision.number), "at": .string(revision.at.description), "actor": .string(revision.actor),
            "commit": revision.commit.map(JSON.string) ?? .null, "dirty": .bool(revision.isDirty), "summary": .string(summary),
            "counts": ["add": count(.create), "change": count(.update), "destroy": count(.delete)],
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
        try revisions(workspace: workspace, before: before, limit: limit).map { revision in
            let changes = try revisionChanges(of: revision.number)
            return HistoryEntry(
                revision: revision, changes: workspace.map { name in changes.filter { $0.address.workspace.isExactly(name) } } ?? changes)
        }
    }

    package func historyEntry(_ number: Int) throws -> HistoryEntry? {
        try revision(number).map { HistoryEntry(revision: $0, changes: try revisionChanges(of: $0.number)) }
    }
}
