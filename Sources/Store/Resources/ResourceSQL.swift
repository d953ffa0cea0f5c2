import Spec

/// The statements that all declared kinds share, one literal for each kind's table.
enum ResourceSQL {
    /// All rows of a workspace; parameters: workspace.
    static func select(_ kind: ResourceKind) -> String {
        switch kind {
        case .scope:
            """
            SELECT id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by
            FROM scopes WHERE workspace = ?
            """
        case .event:
            """
            SELECT id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by
            FROM event_types WHERE workspace = ?
            """
        case .keyPolicy:
            """
            SELECT id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by
            FROM key_policies WHERE workspace = ?
            """
        case .integration:
            """
            SELECT id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by
            FROM integrations WHERE workspace = ?
            """
        case .webhook:
            """
            SELECT id, name, owner, origin, file, line, prevent_destroy, spec, updated_at, updated_by
            FROM webhooks WHERE workspace = ?
            """
        }
    }

    /// Parameters: id, workspace, name, owner, file, line, prevent_destroy, spec, created_at, updated_at, updated_by.
    static func insert(_ kind: ResourceKind) -> String {
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
    static func update(_ kind: ResourceKind) -> String {
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
    static func refresh(_ kind: ResourceKind) -> String {
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
    static func delete(_ kind: ResourceKind) -> String {
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
