import Spec
package import Values

extension Statements {
    /// The key, if it belongs to the workspace; nil asks in all.
    package func apiKey(_ id: APIKeyID, in workspace: String?) throws -> APIKeyRecord? {
        try db.row(APIKeySQL.byID, [id, workspace, workspace]) { try APIKeyRecord(row: $0) }
    }

    /// A page of keys, the newest first; `after` is the id of the last one of the page before.
    package func apiKeys(in workspace: String?, after: String?, limit: PageLimit) throws -> ListPage<APIKeyRecord> {
        try db.page(APIKeySQL.page, [workspace, workspace, after, after, limit.rows], limit: limit) { try APIKeyRecord(row: $0) }
    }

    /// Every key whose last change came after that number, in the order of the changes; 0 gives all.
    ///
    /// Revoked keys are among them, so that whoever keeps keys in memory learns of it.
    package func apiKeys(changedAfter change: Int) throws -> [APIKeyRecord] {
        try db.rows(APIKeySQL.changedAfter, [change]) { try APIKeyRecord(row: $0) }
    }
}

extension Writing {
    /// Stores a new key and gives it back with its change number. A hash that is there already is a `constraint` error.
    package func insertAPIKey(_ key: APIKeyRecord) throws -> APIKeyRecord {
        var key = key
        key.change = try advanceKeySerial()
        try db.run(
            """
            INSERT INTO api_keys (
                id, workspace, name, hash, hint, subject, rotated_to, policy, scopes, rate_limit_per_hour, rate_limit_per_day,
                status, expires_at, revoked_at, owner, metadata, created_at, created_by, last_used_at, change
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                key.id, key.workspace, key.name, key.hash, key.hint, key.subject, key.rotatedTo, key.policy,
                key.scopes.map { JSON.strings($0).text }, key.limits.perHour, key.limits.perDay, key.status.rawValue,
                key.expiresAt, key.revokedAt, key.owner, key.metadata?.text,
                key.createdAt, key.createdBy, key.lastUsedAt, key.change,
            ])
        return key
    }

    /// Revokes for good; nil where the workspace has no such key. A key revoked before keeps its first moment.
    package func revokeAPIKey(_ id: APIKeyID, in workspace: String?, at now: Timestamp) throws -> APIKeyRecord? {
        let change = try advanceKeySerial()
        return try db.row(APIKeySQL.revoke, [now, change, id, workspace, workspace]) { try APIKeyRecord(row: $0) }
    }

    /// Renames, and enables or disables; nil where the workspace has no such key or it is revoked.
    package func updateAPIKey(
        _ id: APIKeyID, in workspace: String?, name: String?, status: APIKeyRecord.Status?
    ) throws -> APIKeyRecord? {
        let change = try advanceKeySerial()
        return try db.row(APIKeySQL.update, [name, status?.rawValue, change, id, workspace, workspace]) {
            try APIKeyRecord(row: $0)
        }
    }

    /// Ties a key to the one that replaces it and brings its end forward; nil where it is revoked or was replaced before.
    ///
    /// Of two that rotate one key at the same time the later gets nil, whatever it had read of the key.
    package func markAPIKeyRotated(_ id: APIKeyID, to successor: APIKeyID, expiringAt end: Timestamp) throws -> APIKeyRecord? {
        let change = try advanceKeySerial()
        return try db.row(APIKeySQL.rotate, [successor, end, end, change, id]) {
            try APIKeyRecord(row: $0)
        }
    }
}
