import Foundation
import GRDB
import Spec
package import Values

extension Statements {
    /// The earliest moment at which a revocation is to be tried.
    package func nextRevocationDue() throws -> Timestamp? {
        try Int64.fetchOne(db, sql: "SELECT min(due_at) FROM revocations").map { Timestamp(milliseconds: $0) }
    }

    /// What is still to be said about one connection.
    package func revocations(of id: ConnectionID) throws -> [Revocation] {
        try revocations(Row.fetchAll(db, sql: "SELECT * FROM revocations WHERE connection_id = ?", arguments: [id.text]))
    }

    fileprivate func revocations(_ rows: [Row]) throws -> [Revocation] {
        guard !rows.isEmpty else { return [] }
        let keyring = try requireKeyring()
        return try rows.compactMap { row in
            guard let connectionID = ConnectionID(row["connection_id"] as String) else { return nil }
            let text = try keyring.open(Array(row["request"] as Data), at: .revocation(of: connectionID))
            return Revocation(
                id: row["id"], workspace: row["workspace"], connectionID: connectionID, url: row["url"], attempts: row["attempts"],
                sealedText: text)
        }
    }
}

extension Writing {
    /// Takes revocations that are due, at most 4 of one provider and one of a connection; nobody else is given them before `until`.
    ///
    /// - Parameter urls: providers to leave alone, at most 16.
    package func claimRevocations(
        at now: Timestamp, until: Timestamp, limit: Int, except urls: some Sequence<String>
    ) throws -> [Revocation] {
        let left = Array(urls.prefix(16))
        // A number of parameters that never changes, as a literal needs; no provider has an empty address.
        let excepted = left + Array(repeating: "", count: 16 - left.count)
        return try revocations(
            Row.fetchAll(
                db,
                sql: """
                    UPDATE revocations SET due_at = ? WHERE id IN (
                        SELECT id FROM (
                            SELECT id, due_at, row_number() OVER (PARTITION BY url ORDER BY due_at, id) AS place
                            FROM revocations
                            WHERE id IN (SELECT min(id) FROM revocations WHERE due_at <= ? GROUP BY connection_id)
                                AND url NOT IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) AS ranked
                        WHERE place <= 4 ORDER BY due_at, id LIMIT ?)
                    RETURNING *
                    """, arguments: [until.milliseconds, now.milliseconds] + StatementArguments(excepted) + [limit])
        ).sorted { $0.id < $1.id }
    }

    /// The same for one connection's, by who tells the provider at once.
    package func claimRevocations(of id: ConnectionID, until: Timestamp) throws -> [Revocation] {
        try revocations(
            Row.fetchAll(
                db, sql: "UPDATE revocations SET due_at = ? WHERE connection_id = ? RETURNING *",
                arguments: [until.milliseconds, id.text])
        ).sorted { $0.id < $1.id }
    }

    /// Queues the revocation of every connection of an integration that is about to go, by HTTP or by an apply.
    package func queueRevocations(ofIntegration id: IntegrationID, at now: Timestamp) throws {
        let connections = try String.fetchAll(
            db, sql: "SELECT id FROM connections WHERE integration_id = ?", arguments: [id.text])
        for connection in connections.compactMap({ ConnectionID($0) }) { try queueRevocation(of: connection, at: now) }
    }

    /// Queues the revocation of one connection that is about to go; nothing where its provider has no endpoint for it, or where
    /// its tokens were taken away before.
    package func queueRevocation(of id: ConnectionID, at now: Timestamp) throws {
        guard let connection = try connection(id), let integration = try integration(connection.integrationID) else { return }
        let config = EffectiveConfig(integration.spec).regional(connection.region)
        let client = try clientCredentials(of: integration)
        guard let url = config.revocationUrl, let clientID = client.id, let tokens = try connectionTokens(id),
            !tokens.access.isEmpty
        else { return }
        try insertRevocation(
            Revocation(
                workspace: connection.workspace, connectionID: id, url: url, clientID: clientID, clientSecret: client.secret,
                authMethod: config.tokenAuthMethod, tokens: tokens), at: now)
    }

    package func insertRevocation(_ revocation: Revocation, at now: Timestamp) throws {
        let sealed = try requireKeyring().seal(revocation.sealedText, for: .revocation(of: revocation.connectionID))
        try db.execute(
            sql: "INSERT INTO revocations (workspace, connection_id, url, request, due_at) VALUES (?, ?, ?, ?, ?)",
            arguments: [revocation.workspace, revocation.connectionID.text, revocation.url, Data(sealed), now.milliseconds])
    }

    /// The provider heard, or never will.
    package func deleteRevocation(_ id: Int) throws {
        try db.execute(sql: "DELETE FROM revocations WHERE id = ?", arguments: [id])
    }

    /// Counts a try and puts the next one off.
    package func delayRevocation(_ id: Int, until due: Timestamp) throws {
        try db.execute(
            sql: "UPDATE revocations SET attempts = attempts + 1, due_at = ? WHERE id = ?", arguments: [due.milliseconds, id])
    }
}

extension Keyring.Place {
    static func revocation(of id: ConnectionID) -> Keyring.Place {
        Keyring.Place(table: "revocations", row: id.text, column: "request")
    }
}
