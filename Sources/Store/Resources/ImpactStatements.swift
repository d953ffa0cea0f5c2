import GRDB
package import Spec

extension Statements {
    /// Grants of the keys that could pass a check now.
    package func liveKeyGrants(in workspace: String, at now: Timestamp) throws -> [KeyGrant] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT policy, scopes, rate_limit_per_hour, rate_limit_per_day FROM api_keys
                WHERE workspace = ? AND status = 'ACTIVE' AND (expires_at IS NULL OR expires_at > ?)
                """,
            arguments: [workspace, now.milliseconds])
        var grants: [KeyGrant] = []
        while let row = try rows.next() {
            let scopes: String? = row[1]
            grants.append(
                KeyGrant(
                    policy: row[0], scopes: scopes.flatMap { try? JSON(parsing: $0) }?.strings,
                    rateLimitPerHour: row[2], rateLimitPerDay: row[3]))
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
