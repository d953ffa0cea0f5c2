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

    /// From a row with the columns that every statement of `LogStatements` names.
    init(_ row: Row) throws {
        id = try row["id"]
        workspace = try row["workspace"]
        integrationID = try row["integration_id"]
        connectionID = try row["connection_id"]
        webhookID = try row["webhook_id"]
        level = try Level(rawValue: row["level"]) ?? .info
        action = try row["action"]
        message = try row["message"]
        actor = try row["actor"]
        at = try row["at"]
    }
}
