extension Statements {
    /// Every workspace that declares or holds anything, in order.
    package func workspaces() throws -> [String] {
        try db.values(
            """
            SELECT workspace FROM scopes UNION SELECT workspace FROM event_types UNION SELECT workspace FROM key_policies
            UNION SELECT workspace FROM integrations UNION SELECT workspace FROM webhooks UNION SELECT workspace FROM api_keys
            UNION SELECT workspace FROM connections
            ORDER BY workspace
            """)
    }

    /// Whether anything was ever declared, made, connected or sent in the workspace.
    package func isUsed(workspace: String) throws -> Bool {
        try db.value(
            """
            SELECT EXISTS (SELECT 1 FROM scopes WHERE workspace = ?) OR EXISTS (SELECT 1 FROM event_types WHERE workspace = ?)
                OR EXISTS (SELECT 1 FROM key_policies WHERE workspace = ?)
                OR EXISTS (SELECT 1 FROM integrations WHERE workspace = ?)
                OR EXISTS (SELECT 1 FROM webhooks WHERE workspace = ?) OR EXISTS (SELECT 1 FROM api_keys WHERE workspace = ?)
                OR EXISTS (SELECT 1 FROM connections WHERE workspace = ?) OR EXISTS (SELECT 1 FROM events WHERE workspace = ?)
                OR EXISTS (SELECT 1 FROM revision_changes WHERE workspace = ?)
            """,
            SQLArguments(Array(repeating: .text(workspace), count: 9))) ?? false
    }
}
