import Foundation
import GRDB
import OpenSSL
import Spec
package import Values

extension Statements {
    /// A live state, without consuming it: for the start address of a browser-bound flow.
    package func oauthState(hash: [UInt8], at now: Timestamp) throws -> OAuthStateRecord? {
        let row = try Row.fetchOne(
            db, sql: "SELECT * FROM oauth_states WHERE hash = ? AND expires_at > ?", arguments: [Data(hash), now.milliseconds])
        return try row.map { try oauthState($0) }
    }

    fileprivate func oauthState(_ row: Row) throws -> OAuthStateRecord {
        let hash = Array(row["hash"] as Data)
        guard let integrationID = IntegrationID(row["integration_id"] as String) else {
            throw StoreError(code: .notAState, message: "a started OAuth flow in the state is damaged")
        }
        let sealed: Data? = row["verifier"]
        let verifier = try sealed.map { try requireKeyring().open(Array($0), at: .verifier(of: hash)) }
        var record = OAuthStateRecord(
            hash: hash, workspace: row["workspace"], integrationID: integrationID,
            connectionID: (row["connection_id"] as String?).flatMap { ConnectionID($0) }, redirectURI: row["redirect_uri"],
            returnURL: row["return_url"], scopes: ScopeList.decode(row["scopes"]), verifier: verifier,
            isBrowserBound: row["browser_bound"], createdBy: row["created_by"],
            createdAt: Timestamp(milliseconds: row["created_at"]))
        record.browserHash = (row["browser_hash"] as Data?).map { Array($0) }
        record.expiresAt = Timestamp(milliseconds: row["expires_at"])
        return record
    }
}

extension Writing {
    /// Keeps a started flow, and forgets those that nobody finished in time.
    package func insertOAuthState(_ record: OAuthStateRecord) throws {
        try db.execute(sql: "DELETE FROM oauth_states WHERE expires_at <= ?", arguments: [record.createdAt.milliseconds])
        let verifier = try record.verifier.map { Data(try requireKeyring().seal($0, for: .verifier(of: record.hash))) }
        try db.execute(
            sql: """
                INSERT INTO oauth_states (hash, workspace, integration_id, connection_id, redirect_uri, return_url, scopes,
                    verifier, browser_bound, created_by, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Data(record.hash), record.workspace, record.integrationID.text, record.connectionID?.text, record.redirectURI,
                record.returnURL, ScopeList.encode(record.scopes), verifier, record.isBrowserBound, record.createdBy,
                record.createdAt.milliseconds, record.expiresAt.milliseconds,
            ])
    }

    /// Ties a flow to the browser that first opens its start address; false where another one did, or the flow is over.
    package func bindOAuthState(hash: [UInt8], browserHash: [UInt8], at now: Timestamp) throws -> Bool {
        try db.execute(
            sql: """
                UPDATE oauth_states SET browser_hash = ?
                WHERE hash = ? AND browser_bound AND browser_hash IS NULL AND expires_at > ?
                """,
            arguments: [Data(browserHash), Data(hash), now.milliseconds])
        return db.changesCount == 1
    }

    /// Takes the flow out of the state: of callbacks that come at the same time, one gets it.
    package func consumeOAuthState(hash: [UInt8], at now: Timestamp) throws -> OAuthStateRecord? {
        let row = try Row.fetchOne(db, sql: "DELETE FROM oauth_states WHERE hash = ? RETURNING *", arguments: [Data(hash)])
        guard let row, row["expires_at"] as Int64 > now.milliseconds else { return nil }
        return try oauthState(row)
    }
}

extension Keyring.Place {
    static func verifier(of hash: [UInt8]) -> Keyring.Place {
        Keyring.Place(table: "oauth_states", row: Hex.encode(hash), column: "verifier")
    }
}

/// Scopes in a column: a JSON list, since a scope may hold any visible character.
enum ScopeList {
    static func encode(_ scopes: [String]) -> String { JSON.strings(scopes).text }

    static func decode(_ text: String) -> [String] { (try? JSON(parsing: text))?.strings ?? [] }
}
