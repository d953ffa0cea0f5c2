package import Values

extension Writing {
    /// Takes the tokens away from every connection of an integration whose endpoints are about to change, before they do.
    ///
    /// The tokens go into the queue of revocations, for the address and with the credentials that they were given for; where the
    /// provider has no such address they are forgotten. The connections stay, to be authorised again by a person. Flows under way
    /// end, since their code would be redeemed at the new address. Part of the transaction that changes the integration.
    ///
    /// - Returns: the connections, by id.
    package func demandReauthorization(ofIntegration id: IntegrationID, by actor: String?, at now: Timestamp) throws -> [ConnectionID] {
        guard let integration = try holdIntegrations([id]).first else { return [] }
        try deleteOAuthStates(ofIntegration: id)
        let held = try holdTokens(ofIntegrations: [id])
        guard !held.isEmpty else { return [] }
        let keyring = try sealingKeyring()
        try queueRevocations(of: held, [integration], at: now)
        let changes = try held.map { tokens -> SQLArguments in
            [
                try keyring.seal(Secret(""), for: .accessToken(of: tokens.connectionID)),
                "the integration's endpoints changed, and tokens do not follow them: authorise again", now,
                now, tokens.connectionID,
            ]
        }
        try db.queue(
            """
            UPDATE connections SET status = 'NEEDS_REAUTH', access_token = ?, refresh_token = NULL, expires_at = NULL, due_at = NULL,
                generation = generation + 1, lease = NULL, lease_expires_at = NULL, error_code = 'endpoints_changed', error = ?,
                error_at = ?, updated_at = ?
            WHERE id = ?
            """, each: changes)
        try insertLogs(
            Set(held.map { ExactText($0.workspace) }).sorted().map { workspace in
                ActivityLog(
                    workspace: workspace.text, integrationID: id.text, level: .warning, action: "connections.reauthorization_required",
                    message: "the integration's endpoints changed, and its connections must be authorised again", actor: actor, at: now)
            })
        return held.map(\.connectionID)
    }
}
