import GRDB

extension Statements {
    /// Every workspace that declares or holds anything, in order.
    package func workspaces() throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                SELECT workspace FROM scopes UNION SELECT workspace FROM event_types UNION SELECT workspace FROM key_policies
                UNION SELECT workspace FROM integrations UNION SELECT workspace FROM webhooks UNION SELECT workspace FROM api_keys
                ORDER BY workspace
                """)
    }
}
