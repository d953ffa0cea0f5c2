extension Schema {
    /// Revisions remember what they returned to.
    static let rollbacks: SQL = """
        ALTER TABLE revisions ADD COLUMN rollback_of {int} REFERENCES revisions (revision);
        """
}
