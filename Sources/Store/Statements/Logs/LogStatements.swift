import Spec
package import Values

extension Statements {
    /// Newest first; `before` is the id of the last entry of the page before.
    ///
    /// - Parameter workspace: whose entries; several workspaces have some where the integration is public. Nil for all.
    package func logs(
        ofIntegration integrationID: IntegrationID, workspace: String?, before: Int?, limit: PageLimit
    ) throws -> ListPage<ActivityLog> {
        try logs(
            """
            SELECT id, workspace, integration_id, connection_id, webhook_id, level, action, message, actor, at FROM logs
            WHERE integration_id = ? AND (? IS NULL OR workspace = ?) AND id < ? ORDER BY id DESC LIMIT ?
            """, of: integrationID.text, workspace, before, limit)
    }

    /// The same of a webhook.
    package func logs(
        ofWebhook webhookID: WebhookID, workspace: String?, before: Int?, limit: PageLimit
    ) throws -> ListPage<ActivityLog> {
        try logs(
            """
            SELECT id, workspace, integration_id, connection_id, webhook_id, level, action, message, actor, at FROM logs
            WHERE webhook_id = ? AND (? IS NULL OR workspace = ?) AND id < ? ORDER BY id DESC LIMIT ?
            """, of: webhookID.text, workspace, before, limit)
    }

    private func logs(
        _ sql: SQL, of id: String, _ workspace: String?, _ before: Int?, _ limit: PageLimit
    ) throws -> ListPage<ActivityLog> {
        try db.page(sql, [id, workspace, workspace, before ?? Int.max, limit.rows], limit: limit) { row in try ActivityLog(row) }
    }
}

extension Writing {
    /// Adds an entry; what exceeds its share is dropped later, by `Store.pruneLogs`.
    package func insertLog(_ log: ActivityLog) throws {
        try insertLogs([log])
    }

    /// The same for several, in their order.
    package func insertLogs(_ logs: [ActivityLog]) throws {
        guard !logs.isEmpty else { return }
        let rows = logs.map { log -> SQLArguments in
            [
                log.workspace, log.integrationID, log.connectionID, log.webhookID, log.level.rawValue, log.action,
                String(log.message.prefix(1000)), log.actor, log.at,
            ]
        }
        try db.queue(
            """
            INSERT INTO logs (workspace, integration_id, connection_id, webhook_id, level, action, message, actor, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, each: rows)
    }
}
