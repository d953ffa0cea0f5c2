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
        ) { row in try revocation(row, openedBy: requireKeyring()) }
    }

    /// Throws `sealed` for one that cannot be read. Columns: id, workspace, connection_id, url, request, attempts.
    fileprivate func revocation(_ row: Row, openedBy keyring: Keyring) throws -> Revocation {
        let (id, connection): (Int, String) = try (row[0], row[2])
        guard let connectionID = ConnectionID(connection),
            let revocation = try Revocation(
                id: id, workspace: row[1], connectionID: connectionID, url: row[3], attempts: row.count(5),
                sealedText: keyring.open(row[4], at: .revocation(of: connectionID)))
        else { throw StoreError(code: .sealed, message: "the revocation \(id) of the connection \(connection) is damaged") }
        return revocation
    }
}

/// Revocations that were due.
package struct ClaimedRevocations: Sendable {
    package var revocations: [Revocation]
    /// Why others that were due cannot be read: damaged, or sealed under a key that is not here. They are put off.
    package var failures: [StoreError]
}

extension Writing {
    /// For how long a revocation that cannot be read is put off.
    package static var unreadableRevocationDelay: Duration { .seconds(86_400) }

    /// Takes revocations that are due, at most 4 of one provider and one of a connection; nobody else is given them before `until`.
    ///
    /// One that cannot be read holds up no other: it is put off.
    ///
    /// - Parameter urls: providers to leave alone, at most 16.
    package func claimRevocations(
        at now: Timestamp, until: Timestamp, limit: Int, except urls: some Sequence<String>
    ) throws -> ClaimedRevocations {
        let putOff = now + Self.unreadableRevocationDelay
        var claimed = ClaimedRevocations(revocations: [], failures: [])
        var unreadable: [Int64] = []
        let left = Array(urls.prefix(16))
        // A number of parameters that never changes, as a literal needs; no provider has an empty address.
        let excepted = left + Array(repeating: "", count: 16 - left.count)
        let (now, until): (SQLValue, SQLValue) = (.int(now.milliseconds), .int(until.milliseconds))
        let arguments = [now] + excepted.map { SQLValue.text($0) } + [now, .int(Int64(limit)), until, now]
        try db.forEach(
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
        ) { row in
            let keyring = try requireKeyring()
            do {
                claimed.revocations.append(try revocation(row, openedBy: keyring))
            } catch let error as StoreError where error.code == .sealed {
                unreadable.append(try row[0])
                claimed.failures.append(error)
            }
            return true
        }
        if !unreadable.isEmpty {
            // To a process with a key that was rotated away everything looks so.
            _ = try sealingKeyring()
            try db.queue(
                "UPDATE revocations SET due_at = ? WHERE id = ?", each: unreadable.sorted().map { [putOff.milliseconds, $0] })
        }
        claimed.revocations.sort { $0.id < $1.id }
        return claimed
    }

    /// The same for one connection's, due or not, by who tells the provider at once.
    package func claimRevocations(of id: ConnectionID, until: Timestamp) throws -> [Revocation] {
        try claimRevocations(of: [id], until: until)
    }

    /// The same for those of several connections; what somebody else is taking at this moment is left to them, and what cannot be read
    /// to whoever takes what is due.
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
            let keyring = try requireKeyring()
            do {
                claimed.append(try revocation(row, openedBy: keyring))
            } catch let error as StoreError where error.code == .sealed {}
        }
        return claimed.sorted { $0.id < $1.id }
    }

    /// Queues the revocation of every connection of an integration that is about to go.
    package func queueRevocations(ofIntegration id: IntegrationID, at now: Timestamp) throws {
        try queueRevocations(ofIntegrations: [id], at: now)
    }

    /// The same for several integrations, with a wait for each kind of row.
    package func queueRevocations(ofIntegrations ids: [IntegrationID], at now: Timestamp) throws {
        let integrations = try holdIntegrations(ids)
        try queueRevocations(of: holdTokens(ofIntegrations: integrations.map(\.id)), integrations, at: now)
    }

    /// Queues the revocation of one connection that is about to go; nothing where its provider has no endpoint for it, or where
    /// its tokens were taken away before.
    package func queueRevocation(of id: ConnectionID, at now: Timestamp) throws {
        guard let held = try holdTokens(of: id), let integration = try integration(held.integrationID) else { return }
        try queueRevocations(of: [held], [integration], at: now)
    }

    /// The same for connections of these integrations.
    func queueRevocations(of connections: [HeldTokens], _ integrations: [IntegrationRecord], at now: Timestamp) throws {
        guard !connections.isEmpty else { return }
        let ofIntegration = Dictionary(grouping: connections, by: \.integrationID)
        let connected = integrations.filter { ofIntegration[$0.id] != nil }
        let clients = try clientCredentials(of: connected)
        var revocations: [Revocation] = []
        for integration in connected {
            guard let client = clients[integration.id], let clientID = client.id else { continue }
            let config = EffectiveConfig(integration.spec)
            for held in ofIntegration[integration.id] ?? [] {
                let config = config.regional(held.region)
                guard let url = config.revocationUrl else { continue }
                let tokens = try held.opened(by: requireKeyring())
                guard !tokens.access.isEmpty else { continue }
                revocations.append(
                    Revocation(
                        workspace: held.workspace, connectionID: held.connectionID, url: url, clientID: clientID,
                        clientSecret: client.secret, authMethod: config.tokenAuthMethod, tokens: tokens))
            }
        }
        try insertRevocations(revocations, at: now)
    }

    package func insertRevocation(_ revocation: Revocation, at now: Timestamp) throws {
        try insertRevocations([revocation], at: now)
    }

    private func insertRevocations(_ revocations: [Revocation], at now: Timestamp) throws {
        guard !revocations.isEmpty else { return }
        let keyring = try sealingKeyring()
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
