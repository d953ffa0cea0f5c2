import Foundation
import GRDB
import Spec
package import Values

extension Statements {
    /// The key, if it belongs to the workspace; nil asks in all.
    package func apiKey(_ id: APIKeyID, in workspace: String?) throws -> APIKeyRecord? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM api_keys WHERE id = ? AND (? IS NULL OR workspace = ?)",
            arguments: [id.text, workspace, workspace]
        ).map { try APIKeyRecord(row: $0) }
    }

    /// A page of keys, the newest first; `after` is the id of the last one of the page before.
    package func apiKeys(in workspace: String?, after: String?, limit: PageLimit) throws -> ListPage<APIKeyRecord> {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM api_keys WHERE (? IS NULL OR workspace = ?) AND (? IS NULL OR id < ?)
                ORDER BY id DESC LIMIT ?
                """,
            arguments: [workspace, workspace, after, after, limit.rows])
        return try ListPage(rows, limit: limit) { try APIKeyRecord(row: $0) }
    }

    /// Every key whose last change came after that number, in the order of the changes; 0 gives all.
    ///
    /// Revoked keys are among them, so that whoever keeps keys in memory learns of it.
    package func apiKeys(changedAfter change: Int) throws -> [APIKeyRecord] {
        try Row.fetchAll(db, sql: "SELECT * FROM api_keys WHERE change > ? ORDER BY change", arguments: [change])
            .map { try APIKeyRecord(row: $0) }
    }
}

extension Writing {
    /// Stores a new key and gives it back with its change number. A hash that is there already is a `constraint` error.
    package func insertAPIKey(_ key: APIKeyRecord) throws -> APIKeyRecord {
        var key = key
        key.change = try advanceKeySerial()
        try db.execute(
            sql: """
                INSERT INTO api_keys (
                    id, workspace, name, hash, hint, subject, rotated_to, policy, scopes, rate_limit_per_hour, rate_limit_per_day,
                    status, expires_at, revoked_at, owner, metadata, created_at, created_by, last_used_at, change
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                key.id.text, key.workspace, key.name, Data(key.hash), key.hint, key.subject, key.rotatedTo?.text, key.policy,
                key.scopes.map { JSON.strings($0).text }, key.limits.perHour, key.limits.perDay, key.status.rawValue,
                key.expiresAt?.milliseconds, key.revokedAt?.milliseconds, key.owner, key.metadata?.text,
                key.createdAt.milliseconds, key.createdBy, key.lastUsedAt?.milliseconds, key.change,
            ])
        return key
    }

    /// Revokes for good; nil where the workspace has no such key. A key revoked before keeps its first moment.
    package func revokeAPIKey(_ id: APIKeyID, in workspace: String?, at now: Timestamp) throws -> APIKeyRecord? {
        let change = try advanceKeySerial()
        return try Row.fetchOne(
            db,
            sql: """
                UPDATE api_keys SET status = 'REVOKED', revoked_at = COALESCE(revoked_at, ?), change = ?
                WHERE id = ? AND (? IS NULL OR workspace = ?) RETURNING *
                """,
            arguments: [now.milliseconds, change, id.text, workspace, workspace]
        ).map { try APIKeyRecord(row: $0) }
    }

    /// Renames, and enables or disables; nil where the workspace has no such key or it is revoked.
    package func updateAPIKey(
        _ id: APIKeyID, in workspace: String?, name: String?, status: APIKeyRecord.Status?
    ) throws -> APIKeyRecord? {
        let change = try advanceKeySerial()
        return try Row.fetchOne(
            db,
            sql: """
                UPDATE api_keys SET name = COALESCE(?, name), status = COALESCE(?, status), change = ?
                WHERE id = ? AND (? IS NULL OR workspace = ?) AND status <> 'REVOKED' RETURNING *
                """,
            arguments: [name, status?.rawValue, change, id.text, workspace, workspace]
        ).map { try APIKeyRecord(row: $0) }
    }

    /// Ties a key to the one that replaces it and brings its end forward; nil where it is revoked or was replaced before.
    package func markAPIKeyRotated(_ id: APIKeyID, to successor: APIKeyID, expiringAt end: Timestamp) throws -> APIKeyRecord? {
        let change = try advanceKeySerial()
        return try Row.fetchOne(
            db,
            sql: """
                UPDATE api_keys SET rotated_to = ?, expires_at = CASE WHEN expires_at < ? THEN expires_at ELSE ? END, change = ?
                WHERE id = ? AND status <> 'REVOKED' AND rotated_to IS NULL RETURNING *
                """,
            arguments: [successor.text, end.milliseconds, end.milliseconds, change, id.text]
        ).map { try APIKeyRecord(row: $0) }
    }

    /// Records the last use; no change of the key, so nobody reloads for it.
    package func touchAPIKey(_ id: APIKeyID, usedAt moment: Timestamp) throws {
        try db.cachedStatement(
            sql: "UPDATE api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)"
        ).execute(arguments: [moment.milliseconds, id.text, moment.milliseconds])
    }
}
