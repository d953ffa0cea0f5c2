extension Schema {
    /// `limit_windows.given`: the block that the last reservation gave away, which the statement decides and returns.
    static let limitGrants: SQL = """
        ALTER TABLE limit_windows ADD COLUMN given {int} NOT NULL DEFAULT 0;
        """
}
