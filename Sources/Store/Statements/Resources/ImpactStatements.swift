package import Values

extension Statements {
    /// Grants of the keys that could pass a check now.
    package func activeKeys(in workspace: String, at now: Timestamp) throws -> [ActiveKey] {
        try db.rows(
            """
            SELECT policy, scopes, rate_limit_per_hour, rate_limit_per_day, coalesce(h.granted, 0), coalesce(d.granted, 0)
            FROM api_keys
            LEFT JOIN limit_windows h ON h.subject = api_keys.subject AND h.span = 'hour' AND h.start = ?
            LEFT JOIN limit_windows d ON d.subject = api_keys.subject AND d.span = 'day' AND d.start = ?
            WHERE workspace = ? AND status = 'ACTIVE' AND (expires_at IS NULL OR expires_at > ?)
            """,
            [LimitWindow.hour.start(of: now), LimitWindow.day.start(of: now), workspace, now]
        ) { row in
            let scopes: String? = try row[1]
            return ActiveKey(
                policy: try row[0], scopes: scopes.flatMap { try? JSON(parsing: $0) }?.strings,
                rateLimitPerHour: try row[2], rateLimitPerDay: try row[3], usedThisHour: try row[4], usedThisDay: try row[5])
        }
    }

    package func connectionCount(integrationID: String) throws -> Int {
        try connectionCounts(ofIntegrations: [integrationID])[integrationID] ?? 0
    }

    /// The connections of each integration, with one wait.
    package func connectionCounts(ofIntegrations ids: Set<String>) throws -> [String: Int] {
        let ids = ids.sorted { $0.precedes($1) }
        var counts: [String: Int] = [:]
        try db.run("SELECT count(*) FROM connections WHERE integration_id = ?", each: ids.map { [$0] }) { position, row in
            counts[ids[position]] = try row[0]
        }
        return counts
    }

    /// The scopes that each connection of each integration was granted, with one wait.
    package func connectionScopes(ofIntegrations ids: Set<String>) throws -> [String: [[String]]] {
        let ids = ids.sorted { $0.precedes($1) }
        var scopes: [String: [[String]]] = [:]
        try db.run("SELECT scopes FROM connections WHERE integration_id = ?", each: ids.map { [$0] }) { position, row in
            let text: String = try row[0]
            let granted = (try? JSON(parsing: text))?.strings ?? text.split(separator: " ").map(String.init)
            scopes[ids[position], default: []].append(granted)
        }
        return scopes
    }
}
