/// The statements that give back whole keys, with the columns that `APIKeyRecord.init(row:)` reads, in its order.
enum APIKeySQL {
    /// Parameters: id, workspace, workspace.
    static let byID: SQL = """
        SELECT
            id, workspace, name, hash, hint, subject, rotated_to, policy, scopes, rate_limit_per_hour, rate_limit_per_day,
            status, expires_at, revoked_at, owner, metadata, created_at, created_by, last_used_at, change
        FROM api_keys WHERE id = ? AND (? IS NULL OR workspace = ?)
        """

    /// Parameters: workspace, workspace, after, after, limit.
    static let page: SQL = """
        SELECT
            id, workspace, name, hash, hint, subject, rotated_to, policy, scopes, rate_limit_per_hour, rate_limit_per_day,
            status, expires_at, revoked_at, owner, metadata, created_at, created_by, last_used_at, change
        FROM api_keys WHERE (? IS NULL OR workspace = ?) AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?
        """

    /// Parameters: change.
    static let changedAfter: SQL = """
        SELECT
            id, workspace, name, hash, hint, subject, rotated_to, policy, scopes, rate_limit_per_hour, rate_limit_per_day,
            status, expires_at, revoked_at, owner, metadata, created_at, created_by, last_used_at, change
        FROM api_keys WHERE change > ? ORDER BY change
        """

    /// Parameters: moment, change, id, workspace, workspace.
    static let revoke: SQL = """
        UPDATE api_keys SET status = 'REVOKED', revoked_at = COALESCE(revoked_at, ?), change = ?
        WHERE id = ? AND (? IS NULL OR workspace = ?)
        RETURNING
            id, workspace, name, hash, hint, subject, rotated_to, policy, scopes, rate_limit_per_hour, rate_limit_per_day,
            status, expires_at, revoked_at, owner, metadata, created_at, created_by, last_used_at, change
        """

    /// Parameters: name, status, change, id, workspace, workspace.
    static let update: SQL = """
        UPDATE api_keys SET name = COALESCE(?, name), status = COALESCE(?, status), change = ?
        WHERE id = ? AND (? IS NULL OR workspace = ?) AND status <> 'REVOKED'
        RETURNING
            id, workspace, name, hash, hint, subject, rotated_to, policy, scopes, rate_limit_per_hour, rate_limit_per_day,
            status, expires_at, revoked_at, owner, metadata, created_at, created_by, last_used_at, change
        """

    /// Parameters: successor, end, end, change, id.
    static let rotate: SQL = """
        UPDATE api_keys SET rotated_to = ?, expires_at = CASE WHEN expires_at < ? THEN expires_at ELSE ? END, change = ?
        WHERE id = ? AND status <> 'REVOKED' AND rotated_to IS NULL
        RETURNING
            id, workspace, name, hash, hint, subject, rotated_to, policy, scopes, rate_limit_per_hour, rate_limit_per_day,
            status, expires_at, revoked_at, owner, metadata, created_at, created_by, last_used_at, change
        """
}
