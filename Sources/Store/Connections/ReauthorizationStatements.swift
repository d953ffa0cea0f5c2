import Foundation
import GRDB
package import Values

extension Writing {
    /// Takes the tokens away from every connection of an integration whose endpoints are about to change, before they do.
    ///
    /// The tokens go into the queue of revocations, for the address and with the credentials that they were given for; where the
    /// provider has no such address they are forgotten. The connections stay, to be authorised again by a person. Flows under way
    /// end, since their code would be redeemed at the new address. Part of the transaction that changes the integration.
    ///
    /// - Returns: the connections.
    package func demandReauthorization(ofIntegration id: IntegrationID, by actor: String?, at now: Timestamp) throws -> [ConnectionID] {
        try db.execute(sql: "DELETE FROM oauth_states WHERE integration_id = ?", arguments: [id.text])
        let rows = try Row.fetchAll(db, sql: "SELECT id, workspace FROM connections WHERE integration_id = ?", arguments: [id.text])
        guard !rows.isEmpty else { return [] }
        let keyring = try requireKeyring()
        var connections: [ConnectionID] = []
        var workspaces: Set<ExactText> = []
        for row in rows {
            guard let connection = ConnectionID(row[0] as String) else { continue }
            try queueRevocation(of: connection, at: now)
            try db.execute(
                sql: """
                    UPDATE connections SET status = 'NEEDS_REAUTH', access_token = ?, refresh_token = NULL, expires_at = NULL, due_at = NULL,
                        generation = generation + 1, lease = NULL, lease_expires_at = NULL, error_code = 'endpoints_changed', error = ?,
                        error_at = ?, updated_at = ?
                    WHERE id = ?
                    """,
                arguments: [
                    Data(try keyring.seal(Secret(""), for: .accessToken(of: connection))),
                    "the integration's endpoints changed, and tokens do not follow them: authorise again", now.milliseconds,
                    now.milliseconds, connection.text,
                ])
            connections.append(connection)
            workspaces.insert(ExactText(row[1]))
        }
        for workspace in workspaces.sorted() {
            try insertLog(
                ActivityLog(
                    workspace: workspace.text, integrationID: id.text, level: .warning, action: "connections.reauthorization_required",
                    message: "the integration's endpoints changed, and its connections must be authorised again", actor: actor, at: now))
        }
        return connections
    }
}
