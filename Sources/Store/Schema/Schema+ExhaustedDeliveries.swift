extension Schema {
    /// Serves the list of a webhook's deliveries that were given up, few among very many. The others' lists walk through those of the
    /// webhook: an index that every delivery enters and leaves would cost a third of what storing and settling it costs.
    static let exhaustedDeliveries: SQL = """
        CREATE INDEX deliveries_exhausted ON deliveries (webhook_id, id) WHERE status = 'EXHAUSTED';
        """
}
