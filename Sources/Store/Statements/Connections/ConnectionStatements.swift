import Spec
package import Values

extension Statements {
    package func connection(_ id: ConnectionID) throws -> ConnectionRecord? {
        try db.row(
            """
            SELECT id, workspace, integration_id, status, scopes, token_type, length(refresh_token) AS refresh_bytes, metadata,
                region, expires_at, due_at, generation, lease, lease_expires_at, failures, error_code, error, error_at, created_by,
                created_at, updated_at, refreshed_at
            FROM connections WHERE id = ?
            """, [id]
        ) { row in try ConnectionRecord(row) }
    }

    /// Newest first, after the id `after`; nil for a workspace or integration means every one.
    package func connections(
        workspace: String?, integration: IntegrationID?, after: String?, limit: PageLimit
    ) throws -> ListPage<ConnectionRecord> {
        // A bound in any case, which lets SQLite start behind `after`; no id reaches `~`.
        try db.page(
            """
            SELECT id, workspace, integration_id, status, scopes, token_type, length(refresh_token) AS refresh_bytes, metadata,
                region, expires_at, due_at, generation, lease, lease_expires_at, failures, error_code, error, error_at, created_by,
                created_at, updated_at, refreshed_at
            FROM connections
            WHERE (? IS NULL OR workspace = ?) AND (? IS NULL OR integration_id = ?) AND id < coalesce(?, '~')
            ORDER BY id DESC LIMIT ?
            """,
            [workspace, workspace, integration, integration, after, limit.rows], limit: limit
        ) { row in try ConnectionRecord(row) }
    }

    /// The tokens, opened; an empty access token stands for those that were taken away until somebody authorises again.
    package func connectionTokens(_ id: ConnectionID) throws -> ConnectionTokens? {
        try db.row("SELECT access_token, refresh_token FROM connections WHERE id = ?", [id]) { row in
            try ConnectionTokens(access: row[0], refresh: row[1], of: id, openedBy: requireKeyring())
        }
    }

    /// Connections of active integrations whose time has come, the most overdue first, at most 16 of one integration.
    ///
    /// Those that somebody is refreshing are left to them until their lease runs out.
    /// Those of an INACTIVE integration keep their time and are due again once it is ACTIVE.
    package func dueConnections(at now: Timestamp, limit: Int) throws -> [ConnectionID] {
        try db.values(
            """
            SELECT id FROM (
                SELECT connections.id, connections.due_at,
                    row_number() OVER (PARTITION BY connections.integration_id ORDER BY connections.due_at, connections.id) AS place
                FROM connections JOIN integrations ON integrations.id = connections.integration_id
                WHERE connections.due_at <= ? AND {member status of integrations.spec} = 'ACTIVE'
                    AND (connections.lease IS NULL OR connections.lease_expires_at <= ?)) AS ranked
            WHERE place <= 16 ORDER BY due_at, id LIMIT ?
            """, [now, now, limit], as: String.self
        ).compactMap { ConnectionID($0) }
    }

    /// The earliest moment at which a connection of an active integration is due.
    package func nextConnectionDue() throws -> Timestamp? {
        try db.value(
            """
            SELECT connections.due_at FROM connections JOIN integrations ON integrations.id = connections.integration_id
            WHERE connections.due_at IS NOT NULL AND {member status of integrations.spec} = 'ACTIVE'
            ORDER BY connections.due_at LIMIT 1
            """
        )
    }
}

extension Writing {
    package func insertConnection(
        id: ConnectionID, workspace: String, integration: IntegrationID, grant: Grant, region: String?, by actor: String,
        at now: Timestamp
    ) throws -> ConnectionRecord {
        let sealed = try seal(grant.tokens, of: id)
        let record = try db.row(
            """
            INSERT INTO connections (id, workspace, integration_id, status, scopes, token_type, access_token, refresh_token,
                metadata, region, expires_at, due_at, generation, created_by, created_at, updated_at)
            VALUES (?, ?, ?, 'ACTIVE', ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
            RETURNING id, workspace, integration_id, status, scopes, token_type, length(refresh_token) AS refresh_bytes, metadata,
                region, expires_at, due_at, generation, lease, lease_expires_at, failures, error_code, error, error_at, created_by,
                created_at, updated_at, refreshed_at
            """,
            [
                id, workspace, integration, ScopeList.encode(grant.scopes), grant.tokenType, sealed.access, sealed.refresh,
                grant.metadataText, region, grant.expiresAt, grant.dueAt, actor, now,
                now,
            ]
        ) { row in try ConnectionRecord(row) }
        guard let record else { throw StoreError(code: .database, message: "a connection was inserted and did not come back") }
        return record
    }

    /// A new authorisation of an existing connection: replaces everything and ends any refresh under way. Nil where it is gone.
    package func reauthorizeConnection(
        _ id: ConnectionID, grant: Grant, region: String?, at now: Timestamp
    ) throws -> ConnectionRecord? {
        let sealed = try seal(grant.tokens, of: id)
        return try db.row(
            """
            UPDATE connections SET status = 'ACTIVE', scopes = ?, token_type = ?, access_token = ?, refresh_token = ?, metadata = ?,
                region = ?, expires_at = ?, due_at = ?, generation = generation + 1, lease = NULL, lease_expires_at = NULL,
                failures = 0, error_code = NULL, error = NULL, error_at = NULL, updated_at = ?
            WHERE id = ?
            RETURNING id, workspace, integration_id, status, scopes, token_type, length(refresh_token) AS refresh_bytes, metadata,
                region, expires_at, due_at, generation, lease, lease_expires_at, failures, error_code, error, error_at, created_by,
                created_at, updated_at, refreshed_at
            """,
            [
                ScopeList.encode(grant.scopes), grant.tokenType, sealed.access, sealed.refresh, grant.metadataText, region,
                grant.expiresAt, grant.dueAt, now, id,
            ]
        ) { row in try ConnectionRecord(row) }
    }

    /// Takes the right to refresh until `until`; nil where somebody has it, or the connection is not as it was `seen`:
    /// whoever refreshed since then did it for this caller too.
    package func claimRefresh(
        of seen: ConnectionRecord, lease: String, until: Timestamp, at now: Timestamp
    ) throws -> ConnectionRecord? {
        try db.row(
            """
            UPDATE connections SET lease = ?, lease_expires_at = ?
            WHERE id = ? AND generation = ? AND failures = ? AND (lease IS NULL OR lease_expires_at <= ?)
            RETURNING id, workspace, integration_id, status, scopes, token_type, length(refresh_token) AS refresh_bytes, metadata,
                region, expires_at, due_at, generation, lease, lease_expires_at, failures, error_code, error, error_at, created_by,
                created_at, updated_at, refreshed_at
            """,
            [lease, until, seen.id, seen.generation, seen.failures, now]
        ) { row in try ConnectionRecord(row) }
    }

    /// Writes what a refresh brought, if this lease and generation still hold; nil where they do not.
    package func finishRefresh(
        of id: ConnectionID, lease: String, generation: Int, grant: Grant, at now: Timestamp
    ) throws -> ConnectionRecord? {
        let sealed = try seal(grant.tokens, of: id)
        return try db.row(
            """
            UPDATE connections SET status = 'ACTIVE', scopes = ?, token_type = ?, access_token = ?, refresh_token = ?, metadata = ?,
                expires_at = ?, due_at = ?, generation = generation + 1, lease = NULL, lease_expires_at = NULL, failures = 0,
                error_code = NULL, error = NULL, error_at = NULL, updated_at = ?, refreshed_at = ?
            WHERE id = ? AND lease = ? AND generation = ?
            RETURNING id, workspace, integration_id, status, scopes, token_type, length(refresh_token) AS refresh_bytes, metadata,
                region, expires_at, due_at, generation, lease, lease_expires_at, failures, error_code, error, error_at, created_by,
                created_at, updated_at, refreshed_at
            """,
            [
                ScopeList.encode(grant.scopes), grant.tokenType, sealed.access, sealed.refresh, grant.metadataText,
                grant.expiresAt, grant.dueAt, now, now, id, lease,
                generation,
            ]
        ) { row in try ConnectionRecord(row) }
    }

    /// Writes that a refresh failed and gives the lease back, under the same fence.
    package func failRefresh(
        of id: ConnectionID, lease: String, generation: Int, status: ConnectionRecord.Status, code: String, message: String,
        dueAt: Timestamp?, at now: Timestamp
    ) throws -> ConnectionRecord? {
        try db.row(
            """
            UPDATE connections SET status = ?, lease = NULL, lease_expires_at = NULL, failures = failures + 1, error_code = ?,
                error = ?, error_at = ?, due_at = ?, updated_at = ?
            WHERE id = ? AND lease = ? AND generation = ?
            RETURNING id, workspace, integration_id, status, scopes, token_type, length(refresh_token) AS refresh_bytes, metadata,
                region, expires_at, due_at, generation, lease, lease_expires_at, failures, error_code, error, error_at, created_by,
                created_at, updated_at, refreshed_at
            """,
            [status.rawValue, code, message, now, dueAt, now, id, lease, generation]
        ) { row in try ConnectionRecord(row) }
    }

    /// Removes the connection after queueing its revocation; false where it is gone already.
    package func deleteConnection(_ id: ConnectionID, at now: Timestamp) throws -> Bool {
        try queueRevocation(of: id, at: now)
        return try db.run("DELETE FROM connections WHERE id = ?", [id]) > 0
    }

    private func seal(_ tokens: ConnectionTokens, of id: ConnectionID) throws -> (access: [UInt8], refresh: [UInt8]?) {
        let keyring = try sealingKeyring()
        return (
            try keyring.seal(tokens.access, for: .accessToken(of: id)),
            try tokens.refresh.map { try keyring.seal($0, for: .refreshToken(of: id)) }
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
