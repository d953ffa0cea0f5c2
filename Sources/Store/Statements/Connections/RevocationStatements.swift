import Spec
package import Values

extension Statements {
    /// The earliest moment at which a revocation is to be tried.
    package func nextRevocationDue() throws -> Timestamp? {
        try db.value("SELECT min(due_at) FROM revocations", as: Int64.self).map { Timestamp(milliseconds: $0) }
    }

    /// What is still to be said about one connection, the oldest first.
    package func revocations(of id: ConnectionID) throws -> [Revocation] {
        try db.rows(
            "SELECT id, workspace, connection_id, url, request, attempts FROM revocations WHERE connection_id = ? ORDER BY id", [id.text]
        ) { row in try revocation(row) }.compactMap { $0 }
    }

    /// Opened; nil for what cannot be read. Columns: id, workspace, connection_id, url, request, attempts.
    fileprivate func revocation(_ row: Row) throws -> Revocation? {
        guard let connectionID = ConnectionID(try row[2] as String) else { return nil }
        let text = try requireKeyring().open(row[4], at: .revocation(of: connectionID))
        return try Revocation(
            id: row[0], workspace: row[1], connectionID: connectionID, url: row[3], attempts: row[5], sealedText: text)
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
        let (now, until): (SQLValue, SQLValue) = (.int(now.milliseconds), .int(until.milliseconds))
        let arguments = [now] + excepted.map { SQLValue.text($0) } + [now, .int(Int64(limit)), until, now]
        return try db.rows(
            """
            WITH pick AS MATERIALIZED (
                SELECT id FROM revocations
                WHERE id IN (
                    SELECT id FROM (
                        SELECT id, row_number() OVER (PARTITION BY url ORDER BY due_at, id) AS place
                        FROM revocations
                        WHERE id IN (SELECT min(id) FROM revocations WHERE due_at <= ? GROUP BY connection_id)
                            AND url NOT IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) AS ranked
                    WHERE place <= 4) AND due_at <= ?
                ORDER BY due_at, id LIMIT ? {for update} {skip locked})
            UPDATE revocations SET due_at = ? WHERE id IN (SELECT id FROM pick) AND due_at <= ?
            RETURNING id, workspace, connection_id, url, request, attempts
            """, SQLArguments(arguments)
        ) { row in try revocation(row) }.compactMap { $0 }.sorted { $0.id < $1.id }
    }

    /// The same for one connection's, due or not, by who tells the provider at once.
    package func claimRevocations(of id: ConnectionID, until: Timestamp) throws -> [Revocation] {
        try claimRevocations(of: [id], until: until)
    }

    /// The same for those of several connections; what somebody else is taking at this moment is left to them.
    package func claimRevocations(of ids: [ConnectionID], until: Timestamp) throws -> [Revocation] {
        var claimed: [Revocation] = []
        try db.run(
            """
            WITH pick AS MATERIALIZED (
                SELECT id FROM revocations WHERE connection_id = ? ORDER BY id {for update} {skip locked})
            UPDATE revocations SET due_at = ? WHERE id IN (SELECT id FROM pick)
            RETURNING id, workspace, connection_id, url, request, attempts
            """, each: ids.sorted().map { [$0.text, until.milliseconds] }
        ) { _, row in
            if let revocation = try revocation(row) { claimed.append(revocation) }
        }
        return claimed.sorted { $0.id < $1.id }
    }

    /// Queues the revocation of every connection of an integration that is about to go, by HTTP or by an apply.
    package func queueRevocations(ofIntegration id: IntegrationID, at now: Timestamp) throws {
        guard let integration = try holdIntegration(id) else { return }
        try queueRevocations(of: holdTokens(ofIntegration: id), integration, at: now)
    }

    /// Queues the revocation of one connection that is about to go; nothing where its provider has no endpoint for it, or where
    /// its tokens were taken away before.
    package func queueRevocation(of id: ConnectionID, at now: Timestamp) throws {
        guard let held = try holdTokens(of: id), let integration = try integration(held.integrationID) else { return }
        try queueRevocations(of: [held], integration, at: now)
    }

    /// The same for connections of one integration.
    func queueRevocations(of connections: [HeldTokens], _ integration: IntegrationRecord, at now: Timestamp) throws {
        guard !connections.isEmpty else { return }
        let client = try clientCredentials(of: integration)
        guard let clientID = client.id else { return }
        let config = EffectiveConfig(integration.spec)
        let revocations = try connections.compactMap { held -> Revocation? in
            let config = config.regional(held.region)
            guard let url = config.revocationUrl else { return nil }
            let tokens = try held.opened(by: requireKeyring())
            guard !tokens.access.isEmpty else { return nil }
            return Revocation(
                workspace: held.workspace, connectionID: held.connectionID, url: url, clientID: clientID, clientSecret: client.secret,
                authMethod: config.tokenAuthMethod, tokens: tokens)
        }
        try insertRevocations(revocations, at: now)
    }

    package func insertRevocation(_ revocation: Revocation, at now: Timestamp) throws {
        try insertRevocations([revocation], at: now)
    }

    private func insertRevocations(_ revocations: [Revocation], at now: Timestamp) throws {
        guard !revocations.isEmpty else { return }
        let keyring = try requireKeyring()
        let rows = try revocations.map { revocation -> SQLArguments in
            [
                revocation.workspace, revocation.connectionID.text, revocation.url,
                try keyring.seal(revocation.sealedText, for: .revocation(of: revocation.connectionID)), now.milliseconds,
            ]
        }
        try db.queue("INSERT INTO revocations (workspace, connection_id, url, request, due_at) VALUES (?, ?, ?, ?, ?)", each: rows)
    }

    /// The provider heard, or never will.
    package func deleteRevocation(_ id: Int) throws {
        try db.run("DELETE FROM revocations WHERE id = ?", [id])
    }

    /// Counts a try and puts the next one off.
    package func delayRevocation(_ id: Int, until due: Timestamp) throws {
        try db.run("UPDATE revocations SET attempts = attempts + 1, due_at = ? WHERE id = ?", [due.milliseconds, id])
    }
}

extension Keyring.Place {
    static func revocation(of id: ConnectionID) -> Keyring.Place {
        Keyring.Place(table: "revocations", row: id.text, column: "request")
    }
}
