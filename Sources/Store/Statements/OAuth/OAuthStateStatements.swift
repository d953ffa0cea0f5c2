import Spec
package import Values

extension Statements {
    /// A live state, without consuming it: for the start address of a browser-bound flow.
    package func oauthState(hash: [UInt8], at now: Timestamp) throws -> OAuthStateRecord? {
        try db.row(
            """
            SELECT hash, workspace, integration_id, connection_id, redirect_uri, return_url, scopes, verifier, browser_bound,
                browser_hash, created_by, created_at, expires_at
            FROM oauth_states WHERE hash = ? AND expires_at > ?
            """, [hash, now]
        ) { row in try oauthState(row) }
    }

    fileprivate func oauthState(_ row: Row) throws -> OAuthStateRecord {
        let hash: [UInt8] = try row["hash"]
        guard let integrationID = IntegrationID(try row["integration_id"] as String) else {
            throw StoreError(code: .notAState, message: "a started OAuth flow in the state is damaged")
        }
        let sealed: [UInt8]? = try row["verifier"]
        let verifier = try sealed.map { try requireKeyring().open($0, at: .verifier(of: hash)) }
        let connectionID: String? = try row["connection_id"]
        var record = OAuthStateRecord(
            hash: hash, workspace: try row["workspace"], integrationID: integrationID,
            connectionID: connectionID.flatMap { ConnectionID($0) }, redirectURI: try row["redirect_uri"],
            returnURL: try row["return_url"], scopes: ScopeList.decode(try row["scopes"]), verifier: verifier,
            isBrowserBound: try row["browser_bound"], createdBy: try row["created_by"],
            createdAt: try row["created_at"])
        record.browserHash = try row["browser_hash"]
        record.expiresAt = try row["expires_at"]
        return record
    }
}

extension Writing {
    /// Keeps a started flow; `pruneOAuthStates` forgets those that nobody finished in time.
    package func insertOAuthState(_ record: OAuthStateRecord) throws {
        let verifier = try record.verifier.map { try sealingKeyring().seal($0, for: .verifier(of: record.hash)) }
        try db.run(
            """
            INSERT INTO oauth_states (hash, workspace, integration_id, connection_id, redirect_uri, return_url, scopes,
                verifier, browser_bound, created_by, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                record.hash, record.workspace, record.integrationID, record.connectionID, record.redirectURI,
                record.returnURL, ScopeList.encode(record.scopes), verifier, record.isBrowserBound, record.createdBy,
                record.createdAt, record.expiresAt,
            ])
    }

    /// Ties a flow to the browser that first opens its start address; false where another one did, or the flow is over.
    package func bindOAuthState(hash: [UInt8], browserHash: [UInt8], at now: Timestamp) throws -> Bool {
        try db.run(
            """
            UPDATE oauth_states SET browser_hash = ?
            WHERE hash = ? AND browser_bound = 1 AND browser_hash IS NULL AND expires_at > ?
            """, [browserHash, hash, now]) == 1
    }

    /// Takes the flow out of the state: of callbacks that come at the same time, one gets it.
    package func consumeOAuthState(hash: [UInt8], at now: Timestamp) throws -> OAuthStateRecord? {
        let consumed = try db.row(
            """
            DELETE FROM oauth_states WHERE hash = ?
            RETURNING hash, workspace, integration_id, connection_id, redirect_uri, return_url, scopes, verifier, browser_bound,
                browser_hash, created_by, created_at, expires_at
            """, [hash]
        ) { row -> OAuthStateRecord? in
            let expiresAt: Timestamp = try row["expires_at"]
            return try expiresAt > now ? oauthState(row) : nil
        }
        return consumed ?? nil
    }

    /// Ends the flows of an integration; in the order of the keys, as every other statement that takes several of them.
    func deleteOAuthStates(ofIntegration id: IntegrationID) throws {
        try db.run(
            """
            WITH pick AS MATERIALIZED (SELECT hash FROM oauth_states WHERE integration_id = ? ORDER BY hash {for update})
            DELETE FROM oauth_states WHERE hash IN (SELECT hash FROM pick)
            """, [id])
    }

    /// Forgets flows that nobody finished in time, at most `limit`; returns how many, fewer once none is left.
    package func pruneOAuthStates(at now: Timestamp, limit: Int) throws -> Int {
        try db.run(
            """
            WITH pick AS MATERIALIZED (
                SELECT hash FROM oauth_states WHERE expires_at <= ? ORDER BY expires_at, hash LIMIT ? {for update} {skip locked})
            DELETE FROM oauth_states WHERE hash IN (SELECT hash FROM pick)
            """, [now, limit])
    }
}

extension Store {
    /// Forgets all flows that nobody finished in time, a bounded transaction at a time.
    package func pruneOAuthStates(at now: Timestamp) async throws {
        let limit = 500
        while try await sharedWrite({ try $0.pruneOAuthStates(at: now, limit: limit) }) == limit {}
    }
}

extension Keyring.Place {
    static func verifier(of hash: [UInt8]) -> Keyring.Place {
        Keyring.Place(table: "oauth_states", row: Hex.encode(hash), column: "verifier")
    }
}
