extension Schema {
    /// Logs of webhooks, and each workspace's own share of a public integration's.
    static let logsOfWebhooks: SQL = """
        ALTER TABLE logs ADD COLUMN webhook_id {text};
        CREATE INDEX logs_by_webhook ON logs (webhook_id, id) WHERE webhook_id IS NOT NULL;
        CREATE INDEX logs_by_share ON logs (integration_id, workspace, id);
        """
}
