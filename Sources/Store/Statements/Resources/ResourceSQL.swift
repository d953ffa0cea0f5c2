import Spec
import Values

/// The statements that all declared kinds share, one literal for each kind's table.
enum ResourceSQL {
    /// All rows of a workspace; parameters: workspace, five times.
    ///
    /// `is_changed`: somebody has written a declared row after the revision that did, since no revision has its time.
    static let select: SQL = """
        SELECT 'scope' AS kind, id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by,
            origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions) AS is_changed
        FROM scopes WHERE workspace = ?
        UNION ALL
        SELECT 'event' AS kind, id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by,
            origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions) AS is_changed
        FROM event_types WHERE workspace = ?
        UNION ALL
        SELECT 'key_policy' AS kind, id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by,
            origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions) AS is_changed
        FROM key_policies WHERE workspace = ?
        UNION ALL
        SELECT 'integration' AS kind, id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by,
            origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions) AS is_changed
        FROM integrations WHERE workspace = ?
        UNION ALL
        SELECT 'webhook' AS kind, id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by,
            origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions) AS is_changed
        FROM webhooks WHERE workspace = ?
        """

    /// What was recorded last of each row that `select` calls changed; parameters: workspace, six times.
    ///
    /// One pass over the workspace's history, and only what is asked for is read whole.
    static let applied: SQL = """
        WITH changed AS MATERIALIZED (
            SELECT 'scope' AS kind, name FROM scopes
            WHERE workspace = ? AND origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions)
            UNION ALL
            SELECT 'event' AS kind, name FROM event_types
            WHERE workspace = ? AND origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions)
            UNION ALL
            SELECT 'key_policy' AS kind, name FROM key_policies
            WHERE workspace = ? AND origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions)
            UNION ALL
            SELECT 'integration' AS kind, name FROM integrations
            WHERE workspace = ? AND origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions)
            UNION ALL
            SELECT 'webhook' AS kind, name FROM webhooks
            WHERE workspace = ? AND origin = 'manifest' AND updated_at NOT IN (SELECT at FROM revisions)
        )
        SELECT c.kind, c.name, c.after
        FROM (
            SELECT revision, position, row_number() OVER (PARTITION BY kind, name ORDER BY revision DESC, position DESC) AS place
            FROM revision_changes
            WHERE workspace = ? AND (kind, name) IN (SELECT kind, name FROM changed)
        ) AS newest
        JOIN revision_changes c ON c.revision = newest.revision AND c.position = newest.position
        WHERE newest.place = 1
        """

    /// Parameters: id, workspace, name, owner, file, line, prevent_destroy, spec, created_at, updated_at, updated_by.
    static func insert(_ kind: ResourceKind) -> SQL {
        switch kind {
        case .scope:
            """
            INSERT INTO scopes
                (id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by)
            VALUES (?, ?, ?, ?, 'manifest', ?, ?, ?, ?, ?, ?, ?)
            """
        case .event:
            """
            INSERT INTO event_types
                (id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by)
            VALUES (?, ?, ?, ?, 'manifest', ?, ?, ?, ?, ?, ?, ?)
            """
        case .keyPolicy:
            """
            INSERT INTO key_policies
                (id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by)
            VALUES (?, ?, ?, ?, 'manifest', ?, ?, ?, ?, ?, ?, ?)
            """
        case .integration:
            """
            INSERT INTO integrations
                (id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by)
            VALUES (?, ?, ?, ?, 'manifest', ?, ?, ?, ?, ?, ?, ?)
            """
        case .webhook:
            """
            INSERT INTO webhooks
                (id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by)
            VALUES (?, ?, ?, ?, 'manifest', ?, ?, ?, ?, ?, ?, ?)
            """
        }
    }

    /// Parameters: name, owner, file, line, prevent_destroy, spec, updated_at, updated_by, id.
    static func update(_ kind: ResourceKind) -> SQL {
        switch kind {
        case .scope:
            """
            UPDATE scopes SET
                name = ?, owner = ?, origin = 'manifest', file = ?, line = ?, prevent_destroy = ?, spec = ?,
                updated_at = ?, updated_by = ?
            WHERE id = ?
            """
        case .event:
            """
            UPDATE event_types SET
                name = ?, owner = ?, origin = 'manifest', file = ?, line = ?, prevent_destroy = ?, spec = ?,
                updated_at = ?, updated_by = ?
            WHERE id = ?
            """
        case .keyPolicy:
            """
            UPDATE key_policies SET
                name = ?, owner = ?, origin = 'manifest', file = ?, line = ?, prevent_destroy = ?, spec = ?,
                updated_at = ?, updated_by = ?
            WHERE id = ?
            """
        case .integration:
            """
            UPDATE integrations SET
                name = ?, owner = ?, origin = 'manifest', file = ?, line = ?, prevent_destroy = ?, spec = ?,
                updated_at = ?, updated_by = ?
            WHERE id = ?
            """
        case .webhook:
            """
            UPDATE webhooks SET
                name = ?, owner = ?, origin = 'manifest', file = ?, line = ?, prevent_destroy = ?, spec = ?,
                updated_at = ?, updated_by = ?
            WHERE id = ?
            """
        }
    }

    /// Keeps who changed it and when; parameters: owner, file, line, spec, id.
    static func refresh(_ kind: ResourceKind) -> SQL {
        switch kind {
        case .scope:
            """
            UPDATE scopes SET owner = ?, origin = 'manifest', file = ?, line = ?, spec = ? WHERE id = ?
            """
        case .event:
            """
            UPDATE event_types SET owner = ?, origin = 'manifest', file = ?, line = ?, spec = ? WHERE id = ?
            """
        case .keyPolicy:
            """
            UPDATE key_policies SET owner = ?, origin = 'manifest', file = ?, line = ?, spec = ? WHERE id = ?
            """
        case .integration:
            """
            UPDATE integrations SET owner = ?, origin = 'manifest', file = ?, line = ?, spec = ? WHERE id = ?
            """
        case .webhook:
            """
            UPDATE webhooks SET owner = ?, origin = 'manifest', file = ?, line = ?, spec = ? WHERE id = ?
            """
        }
    }

    /// Parameters: id.
    static func delete(_ kind: ResourceKind) -> SQL {
        switch kind {
        case .scope:
            """
            DELETE FROM scopes WHERE id = ?
            """
        case .event:
            """
            DELETE FROM event_types WHERE id = ?
            """
        case .keyPolicy:
            """
            DELETE FROM key_policies WHERE id = ?
            """
        case .integration:
            """
            DELETE FROM integrations WHERE id = ?
            """
        case .webhook:
            """
            DELETE FROM webhooks WHERE id = ?
            """
        }
    }
}
