extension Schema {
    /// Serves the list of a webhook's deliveries of one status, however many others it has.
    static let deliveriesByStatus: SQL = """
        CREATE INDEX deliveries_by_status ON deliveries (webhook_id, status, id);
        """
}
