import Foundation
import GRDB
import Spec
package import Values

extension Statements {
    package func connection(_ id: ConnectionID) throws -> ConnectionRecord? {
        try Row.fetchOne(db, sql: "SELECT * FROM connections WHERE id = ?", arguments: [id.text]).map { try ConnectionRecord($0) }
    }

    /// Newest first, after the id `after`; nil for a workspace or integration means every one.
    package func connections(
        workspace: String?, integration: IntegrationID?, after: String?, limit: PageLimit
    ) throws -> ListPage<ConnectionRecord> {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM connections
                WHERE (workspace = ? OR ?) AND (integration_id = ? OR ?) AND id < ? ORDER BY id DESC LIMIT ?
                """,
            arguments: [workspace, workspace == nil, integration?.text, integration == nil, after ?? "~", limit.rows])
        return try ListPage(rows, limit: limit) { try ConnectionRecord($0) }
    }

    /// The tokens, opened; an empty access token stands for those that were taken away until somebody authorises again.
    package func connectionTokens(_ id: ConnectionID) throws -> ConnectionTokens? {
        let row = try Row.fetchOne(
            db, sql: "SELECT access_token, refresh_token FROM connections WHERE id = ?", arguments: [id.text])
        guard let row else { return nil }
        let keyring = try requireKeyring()
        let access = try keyring.open(Array(row[0] as Data), at: .accessToken(of: id))
        let refresh = try (row[1] as Data?).map { try keyring.open(Array($0), at: .refreshToken(of: id)) }
        return ConnectionTokens(access: access, refresh: refresh)
    }

    /// Connections of active integrations whose time has come, the most overdue first, at most 16 of one integration.
    ///
    /// Those of an INACTIVE integration keep their time and are due again once it is ACTIVE.
    package func dueConnections(at now: Timestamp, limit: Int) throws -> [ConnectionID] {
        try String.fetchAll(
            db,
            sql: """
                SELECT id FROM (
                    SELECT connections.id, connections.due_at,
                        row_number() OVER (PARTITION BY connections.integration_id ORDER BY connections.due_at) AS place
                    FROM connections JOIN integrations ON integrations.id = connections.integration_id
                    WHERE connections.due_at <= ? AND json_extract(integrations.spec, '$.status') = 'ACTIVE') AS ranked
                WHERE place <= 16 ORDER BY due_at LIMIT ?
                """, arguments: [now.milliseconds, limit]
        ).compactMap { ConnectionID($0) }
    }

    /// The earliest moment at which a connection of an active integration is due.
    package func nextConnectionDue() throws -> Timestamp? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT connections.due_at FROM connections JOIN integrations ON integrations.id = connections.integration_id
                WHERE connections.due_at IS NOT NULL AND json_extract(integrations.spec, '$.status') = 'ACTIVE'
                ORDER BY connections.due_at LIMIT 1
                """
        ).map { Timestamp(milliseconds: $0) }
    }
}

extension Writing {
    package func insertConnection(
        id: ConnectionID, workspace: String, integration: IntegrationID, grant: Grant, region: String?, by actor: String,
        at now: Timestamp
    ) throws -> ConnectionRecord {
        let sealed = try seal(grant.tokens, of: id)
        let row = try Row.fetchOne(
            db,
            sql: """
                INSERT INTO connections (id, workspace, integration_id, status, scopes, token_type, access_token, refresh_token,
                    metadata, region, expires_at, due_at, generation, created_by, created_at, updated_at)
                VALUES (?, ?, ?, 'ACTIVE', ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?) RETURNING *
                """,
            arguments: [
                id.text, workspace, integration.text, ScopeList.encode(grant.scopes), grant.tokenType, sealed.access, sealed.refresh,
                grant.metadataText, region, grant.expiresAt?.milliseconds, grant.dueAt?.milliseconds, actor, now.milliseconds,
                now.milliseconds,
            ])
        guard let row else { throw StoreError(code: .database, message: "a connection was inserted and did not come back") }
        return try ConnectionRecord(row)
    }

    /// A new authorisation of an existing connection: replaces everything and ends any refresh under way. Nil where it is gone.
    package func reauthorizeConnection(
        _ id: ConnectionID, grant: Grant, region: String?, at now: Timestamp
    ) throws -> ConnectionRecord? {
        let sealed = try seal(grant.tokens, of: id)
        return try Row.fetchOne(
            db,
            sql: """
                UPDATE connections SET status = 'ACTIVE', scopes = ?, token_type = ?, access_token = ?, refresh_token = ?, metadata = ?,
                    region = ?, expires_at = ?, due_at = ?, generation = generation + 1, lease = NULL, lease_expires_at = NULL,
                    failures = 0, error_code = NULL, error = NULL, error_at = NULL, updated_at = ?
                WHERE id = ? RETURNING *
                """,
            arguments: [
                ScopeList.encode(grant.scopes), grant.tokenType, sealed.access, sealed.refresh, grant.metadataText, region,
                grant.expiresAt?.milliseconds, grant.dueAt?.milliseconds, now.milliseconds, id.text,
            ]
        ).map { try ConnectionRecord($0) }
    }

    /// Takes the right to refresh until `until`; nil where somebody has it, or the connection is not as it was `seen`:
    /// whoever refreshed since then did it for this caller too.
    package func claimRefresh(
        of seen: ConnectionRecord, lease: String, until: Timestamp, at now: Timestamp
    ) throws -> ConnectionRecord? {
        try Row.fetchOne(
            db,
            sql: """
                UPDATE connections SET lease = ?, lease_expires_at = ?
                WHERE id = ? AND generation = ? AND failures = ? AND (lease IS NULL OR lease_expires_at <= ?) RETURNING *
                """,
            arguments: [lease, until.milliseconds, seen.id.text, seen.generation, seen.failures, now.milliseconds]
        ).map { try ConnectionRecord($0) }
    }

    /// Writes what a refresh brought, if this lease and generation still hold; nil where they do not.
    package func finishRefresh(
        of id: ConnectionID, lease: String, generation: Int, grant: Grant, at now: Timestamp
    ) throws -> ConnectionRecord? {
        let sealed = try seal(grant.tokens, of: id)
        return try Row.fetchOne(
            db,
            sql: """
                UPDATE connections SET status = 'ACTIVE', scopes = ?, token_type = ?, access_token = ?, refresh_token = ?, metadata = ?,
                    expires_at = ?, due_at = ?, generation = generation + 1, lease = NULL, lease_expires_at = NULL, failures = 0,
                    error_code = NULL, error = NULL, error_at = NULL, updated_at = ?, refreshed_at = ?
                WHERE id = ? AND lease = ? AND generation = ? RETURNING *
                """,
            arguments: [
                ScopeList.encode(grant.scopes), grant.tokenType, sealed.access, sealed.refresh, grant.metadataText,
                grant.expiresAt?.milliseconds, grant.dueAt?.milliseconds, now.milliseconds, now.milliseconds, id.text, lease,
                generation,
            ]
        ).map { try ConnectionRecord($0) }
    }

    /// Writes that a refresh failed and gives the lease back, under the same fence.
    package func failRefresh(
        of id: ConnectionID, lease: String, generation: Int, status: ConnectionRecord.Status, code: String, message: String,
        dueAt: Timestamp?, at now: Timestamp
    ) throws -> ConnectionRecord? {
        try Row.fetchOne(
            db,
            sql: """
                UPDATE connections SET status = ?, lease = NULL, lease_expires_at = NULL, failures = failures + 1, error_code = ?,
                    error = ?, error_at = ?, due_at = ?, updated_at = ?
                WHERE id = ? AND lease = ? AND generation = ? RETURNING *
                """,
            arguments: [
                status.rawValue, code, message, now.milliseconds, dueAt?.milliseconds, now.milliseconds, id.text, lease, generation,
            ]
        ).map { try ConnectionRecord($0) }
    }

    /// Removes the connection after queueing its revocation; false where it is gone already.
    package func deleteConnection(_ id: ConnectionID, at now: Timestamp) throws -> Bool {
        try queueRevocation(of: id, at: now)
        try db.execute(sql: "DELETE FROM connections WHERE id = ?", arguments: [id.text])
        return db.changesCount > 0
    }

    private func seal(_ tokens: ConnectionTokens, of id: ConnectionID) throws -> (access: Data, refresh: Data?) {
        let keyring = try requireKeyring()
        return (
            Data(try keyring.seal(tokens.access, for: .accessToken(of: id))),
            try tokens.refresh.map { Data(try keyring.seal($0, for: .refreshToken(of: id))) }
        )
    }
}

extension Keyring.Place {
    static func accessToken(of id: ConnectionID) -> Keyring.Place {
        Keyring.Place(table: "connections", row: id.text, column: "access_token")
    }

    static func refreshToken(of id: ConnectionID) -> Keyring.Place {
        Keyring.Place(table: "connections", row: id.text, column: "refresh_token")
    }
}
