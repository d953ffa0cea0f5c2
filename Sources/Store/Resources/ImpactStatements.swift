import GRDB
package import Values

extension Statements {
    /// Grants of the keys that could pass a check now.
    package func liveKeyGrants(in workspace: String, at now: Timestamp) throws -> [KeyGrant] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT policy, scopes, rate_limit_per_hour, rate_limit_per_day, coalesce(h.granted, 0), coalesce(d.granted, 0)
                FROM api_keys
                LEFT JOIN limit_windows h ON h.subject = api_keys.subject AND h.span = 'hour' AND h.start = ?
                LEFT JOIN limit_windows d ON d.subject = api_keys.subject AND d.span = 'day' AND d.start = ?
                WHERE workspace = ? AND status = 'ACTIVE' AND (expires_at IS NULL OR expires_at > ?)
                """,
            arguments: [
                LimitWindow.hour.start(of: now).milliseconds, LimitWindow.day.start(of: now).milliseconds, workspace, now.milliseconds,
            ])
        var grants: [KeyGrant] = []
        while let row = try rows.next() {
            let scopes: String? = row[1]
            grants.append(
                KeyGrant(
                    policy: row[0], scopes: scopes.flatMap { try? JSON(parsing: $0) }?.strings,
                    rateLimitPerHour: row[2], rateLimitPerDay: row[3], usedThisHour: row[4], usedThisDay: row[5]))
        }
        return grants
    }

    package func connectionCount(integrationID: String) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM connections WHERE integration_id = ?", arguments: [integrationID]) ?? 0
    }

    /// The scopes that each connection of an integration was granted.
    package func connectionScopes(integrationID: String) throws -> [[String]] {
        try String.fetchAll(db, sql: "SELECT scopes FROM connections WHERE integration_id = ?", arguments: [integrationID])
            .map { (try? JSON(parsing: $0))?.strings ?? $0.split(separator: " ").map(String.init) }
    }
}
