import GRDB
import Spec
package import Values

extension Statements {
    /// The newest first; `before` is the number of the last one already seen.
    ///
    /// - Parameter workspace: only revisions that touched it; nil for all.
    package func revisions(workspace: String?, before: Int? = nil, limit: Int) throws -> [Revision] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT revision, at, actor, commit_id, commit_dirty, plan_digest, serial, rollback_of FROM revisions
                WHERE revision < ? AND (? IS NULL OR EXISTS (
                    SELECT 1 FROM revision_changes c WHERE c.revision = revisions.revision AND c.workspace = ?))
                ORDER BY revision DESC LIMIT ?
                """,
            arguments: [before ?? Int.max, workspace, workspace, limit]
        ).map(Revision.init(row:))
    }

    package func revision(_ number: Int) throws -> Revision? {
        try Row.fetchOne(
            db,
            sql: "SELECT revision, at, actor, commit_id, commit_dirty, plan_digest, serial, rollback_of FROM revisions WHERE revision = ?",
            arguments: [number]
        ).map(Revision.init(row:))
    }

    /// What a revision did, in the order in which it did it.
    package func revisionChanges(of revision: Int) throws -> [RevisionChange] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT workspace, kind, name, owner, previous_name, action, before, after FROM revision_changes
                WHERE revision = ? ORDER BY position
                """,
            arguments: [revision]
        ).compactMap(RevisionChange.init(row:))
    }
}

extension Writing {
    /// Numbers and records an apply; its time is that of every row it writes.
    package func insertRevision(
        at now: Timestamp, actor: String, commit: String?, isDirty: Bool, planDigest: String, serial: Int, rollbackOf: Int?
    ) throws -> Revision {
        let number =
            try Int.fetchOne(
                db,
                sql: """
                    INSERT INTO revisions (revision, at, actor, commit_id, commit_dirty, plan_digest, serial, rollback_of)
                    SELECT coalesce(max(revision), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM revisions RETURNING revision
                    """,
                arguments: [now.milliseconds, actor, commit, isDirty, planDigest, serial, rollbackOf]) ?? 0
        return Revision(
            number: number, at: now, actor: actor, commit: commit, isDirty: isDirty, planDigest: planDigest, serial: serial,
            rollbackOf: rollbackOf)
    }

    package func insertRevisionChange(_ change: RevisionChange, revision: Int, position: Int) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO revision_changes
                    (revision, position, workspace, owner, kind, name, previous_name, action, before, after)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            revision, position, change.address.workspace, change.owner, change.address.kind.rawValue, change.address.name,
            change.previousName, change.action.rawValue, change.before?.text, change.after?.text,
        ])
    }
}

extension Revision {
    init(row: Row) {
        self.init(
            number: row[0], at: Timestamp(milliseconds: row[1]), actor: row[2], commit: row[3], isDirty: row[4],
            planDigest: row[5], serial: row[6], rollbackOf: row[7])
    }
}

extension RevisionChange {
    init?(row: Row) {
        guard let kind = ResourceKind(rawValue: row[1]), let action = Action(rawValue: row[5]) else { return nil }
        let before: String? = row[6]
        let after: String? = row[7]
        self.init(
            address: Address(workspace: row[0], kind: kind, name: row[2]), owner: row[3], previousName: row[4], action: action,
            before: before.flatMap(RevisionSide.init(text:)), after: after.flatMap(RevisionSide.init(text:)))
    }
}
