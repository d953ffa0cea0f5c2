import Values

/// A connection's tokens, sealed, with what a revocation of them needs; the row stays locked to the end of the transaction.
struct HeldTokens: Sendable {
    let connectionID: ConnectionID
    let integrationID: IntegrationID
    let workspace: String
    let region: String?
    let access: [UInt8]
    let refresh: [UInt8]?

    /// Nil for a row whose ids are none of ours. Columns: id, integration_id, workspace, region, access_token, refresh_token.
    init?(_ row: Row) throws {
        guard let connectionID = ConnectionID(try row[0] as String), let integrationID = IntegrationID(try row[1] as String) else {
            return nil
        }
        self.connectionID = connectionID
        self.integrationID = integrationID
        workspace = try row[2]
        region = try row[3]
        access = try row[4]
        refresh = try row[5]
    }

    func opened(by keyring: Keyring) throws(StoreError) -> ConnectionTokens {
        try ConnectionTokens(access: access, refresh: refresh, of: connectionID, openedBy: keyring)
    }
}

extension Writing {
    /// The tokens of one connection. A refresh under way that ends meanwhile waits, and then finds what this transaction left.
    func holdTokens(of id: ConnectionID) throws -> HeldTokens? {
        try db.row(
            """
            SELECT id, integration_id, workspace, region, access_token, refresh_token FROM connections WHERE id = ? {for update}
            """, [id]
        ) { row in try HeldTokens(row) } ?? nil
    }

    /// The tokens of all connections of integrations, by integration and id. The caller holds the integrations, so that none is added.
    func holdTokens(ofIntegrations ids: [IntegrationID]) throws -> [HeldTokens] {
        var held: [HeldTokens] = []
        try db.run(
            """
            SELECT id, integration_id, workspace, region, access_token, refresh_token FROM connections
            WHERE integration_id = ? ORDER BY id {for update}
            """, each: ids.sorted().map { [$0] }
        ) { _, row in
            if let tokens = try HeldTokens(row) { held.append(tokens) }
        }
        return held
    }
}
