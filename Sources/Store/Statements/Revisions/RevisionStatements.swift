import Spec
package import Values

extension Statements {
    /// The newest first; `before` is the number of the last one already seen.
    ///
    /// - Parameter workspace: only revisions that touched it; nil for all.
    package func revisions(workspace: String?, before: Int? = nil, limit: Int) throws -> [Revision] {
        try db.rows(
            """
            SELECT revision, at, actor, commit_id, commit_dirty, plan_digest, serial, rollback_of FROM revisions
            WHERE revision < ? AND (? IS NULL OR EXISTS (
                SELECT 1 FROM revision_changes c WHERE c.revision = revisions.revision AND c.workspace = ?))
            ORDER BY revision DESC LIMIT ?
            """,
            [before ?? Int.max, workspace, workspace, limit]
        ) { try Revision(row: $0) }
    }

    package func revision(_ number: Int) throws -> Revision? {
        try db.row(
            "SELECT revision, at, actor, commit_id, commit_dirty, plan_digest, serial, rollback_of FROM revisions WHERE revision = ?",
            [number]
        ) { try Revision(row: $0) }
    }

    /// What a revision did, in the order in which it did it.
    package func revisionChanges(of revision: Int) throws -> [RevisionChange] {
        try revisionChanges(of: revision...revision)[revision] ?? []
    }

    /// What each of a span of revisions did, by their numbers; read with one statement.
    ///
    /// - Parameter workspace: only what they did to it; nil for everything.
    package func revisionChanges(of revisions: ClosedRange<Int>, workspace: String? = nil) throws -> [Int: [RevisionChange]] {
        var changes: [Int: [RevisionChange]] = [:]
        try db.forEach(
            """
            SELECT workspace, kind, name, owner, previous_name, action, before, after, revision FROM revision_changes
            WHERE revision >= ? AND revision <= ? AND (? IS NULL OR workspace = ?) ORDER BY revision, position
            """,
            [revisions.lowerBound, revisions.upperBound, workspace, workspace]
        ) { row in
            if let change = try RevisionChange(row: row) { changes[try row[8], default: []].append(change) }
            return true
        }
        return changes
    }
}

extension Writing {
    /// Numbers and records an apply; its time is that of every row it writes.
    ///
    /// The number is the one after the newest, which nobody else can be taking: the transaction is exclusive, and the serial comes
    /// from `advanceSerial`, which has locked the state's record by then.
    package func insertRevision(
        at now: Timestamp, actor: String, commit: String?, isDirty: Bool, planDigest: String, serial: Int, rollbackOf: Int?
    ) throws -> Revision {
        let number: Int? = try db.value(
            """
            INSERT INTO revisions (revision, at, actor, commit_id, commit_dirty, plan_digest, serial, rollback_of)
            SELECT coalesce(max(revision), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM revisions RETURNING revision
            """,
            [now, actor, commit, isDirty, planDigest, serial, rollbackOf])
        return Revision(
            number: number ?? 0, at: now, actor: actor, commit: commit, isDirty: isDirty, planDigest: planDigest, serial: serial,
            rollbackOf: rollbackOf)
    }

    /// Records all that a revision did, in the order in which it did it, with one wait at most.
    package func insertRevisionChanges(_ changes: [RevisionChange], revision: Int) throws {
        guard !changes.isEmpty else { return }
        try db.queue(
            Self.insertChange,
            each: changes.enumerated().map { position, change in change.arguments(revision: revision, position: position) })
    }

    /// Parameters: as in `RevisionChange.arguments`.
    private static let insertChange: SQL = """
        INSERT INTO revision_changes
            (revision, position, workspace, owner, kind, name, previous_name, action, before, after)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
}

extension Revision {
    fileprivate init(row: Row) throws {
        self.init(
            number: try row[0], at: try row[1], actor: try row[2], commit: try row[3], isDirty: try row[4],
            planDigest: try row[5], serial: try row[6], rollbackOf: try row[7])
    }
}

extension RevisionChange {
    /// Nil for a kind or an action that this version does not know.
    fileprivate init?(row: Row) throws {
        guard let kind = ResourceKind(rawValue: try row[1]), let action = Action(rawValue: try row[5]) else { return nil }
        let before: String? = try row[6]
        let after: String? = try row[7]
        self.init(
            address: Address(workspace: try row[0], kind: kind, name: try row[2]), owner: try row[3], previousName: try row[4],
            action: action, before: before.flatMap(RevisionSide.init(text:)), after: after.flatMap(RevisionSide.init(text:)))
    }

    fileprivate func arguments(revision: Int, position: Int) -> SQLArguments {
        [
            revision, position, address.workspace, owner, address.kind.rawValue, address.name, previousName, action.rawValue,
            before?.text, after?.text,
        ]
    }
}
