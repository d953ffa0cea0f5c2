import GRDB
package import Values

/// One line of an integration's or a webhook's activity log; it holds no secret.
package struct ActivityLog: Sendable, Hashable {
    package enum Level: String, Sendable, CaseIterable {
        case info
        case warning
        case error
    }

    /// Grows with every entry; 0 before it is written.
    package var id: Int
    package var workspace: String
    package var integrationID: String?
    package var connectionID: String?
    package var webhookID: String?
    package var level: Level
    /// What happened, in dotted form: `oauth.connected`, `oauth.refresh_failed`.
    package var action: String
    package var message: String
    package var actor: String?
    package var at: Timestamp

    /// Entries kept of one integration in each workspace, and of one webhook.
    package static let kept = 1000

    package init(
        workspace: String, integrationID: String?, connectionID: String? = nil, webhookID: String? = nil, level: Level = .info,
        action: String, message: String, actor: String?, at: Timestamp
    ) {
        id = 0
        self.webhookID = webhookID
        self.workspace = workspace
        self.integrationID = integrationID
        self.connectionID = connectionID
        self.level = level
        self.action = action
        self.message = message
        self.actor = actor
        self.at = at
    }

    fileprivate init(_ row: Row) {
        id = row["id"]
        workspace = row["workspace"]
        integrationID = row["integration_id"]
        connectionID = row["connection_id"]
        webhookID = row["webhook_id"]
        level = Level(rawValue: row["level"]) ?? .info
        action = row["action"]
        message = row["message"]
        actor = row["actor"]
        at = Timestamp(milliseconds: row["at"])
    }
}

extension Statements {
    /// Newest first; `before` is the id of the last entry of the page before.
    ///
    /// - Parameter workspace: whose entries; several workspaces have some where the integration is public. Nil for all.
    package func logs(
        ofIntegration integrationID: IntegrationID, workspace: String?, before: Int?, limit: PageLimit
    ) throws -> ListPage<ActivityLog> {
        try logs(
            sql: "SELECT * FROM logs WHERE integration_id = ? AND (? IS NULL OR workspace = ?) AND id < ? ORDER BY id DESC LIMIT ?",
            of: integrationID.text, workspace, before, limit)
    }

    /// The same of a webhook.
    package func logs(
        ofWebhook webhookID: WebhookID, workspace: String?, before: Int?, limit: PageLimit
    ) throws -> ListPage<ActivityLog> {
        try logs(
            sql: "SELECT * FROM logs WHERE webhook_id = ? AND (? IS NULL OR workspace = ?) AND id < ? ORDER BY id DESC LIMIT ?",
            of: webhookID.text, workspace, before, limit)
    }

    private func logs(
        sql: String, of id: String, _ workspace: String?, _ before: Int?, _ limit: PageLimit
    ) throws -> ListPage<ActivityLog> {
        let rows = try Row.fetchCursor(db, sql: sql, arguments: [id, workspace, workspace, before ?? Int.max, limit.rows])
        return try ListPage(rows, limit: limit) { ActivityLog($0) }
    }
}

extension Writing {
    /// Adds an entry and drops what exceeds the share of its integration and workspace, or of its webhook.
    package func insertLog(_ log: ActivityLog) throws {
        try db.execute(
            sql: """
                INSERT INTO logs (workspace, integration_id, connection_id, webhook_id, level, action, message, actor, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                log.workspace, log.integrationID, log.connectionID, log.webhookID, log.level.rawValue, log.action,
                String(log.message.prefix(1000)), log.actor, log.at.milliseconds,
            ])
        if let integrationID = log.integrationID {
            try db.execute(
                sql: """
                    DELETE FROM logs WHERE integration_id = ? AND workspace = ? AND id <= (
                        SELECT id FROM logs WHERE integration_id = ? AND workspace = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
                    """,
                arguments: [integrationID, log.workspace, integrationID, log.workspace, ActivityLog.kept])
        } else if let webhookID = log.webhookID {
            try db.execute(
                sql: """
                    DELETE FROM logs WHERE webhook_id = ? AND id <= (
                        SELECT id FROM logs WHERE webhook_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
                    """,
                arguments: [webhookID, webhookID, ActivityLog.kept])
        }
    }

    /// Drops entries older than `moment`.
    package func pruneLogs(before moment: Timestamp) throws {
        try db.execute(sql: "DELETE FROM logs WHERE at < ?", arguments: [moment.milliseconds])
    }
}
