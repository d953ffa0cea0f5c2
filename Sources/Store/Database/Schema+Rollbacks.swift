extension Schema {
    /// Revisions remember what they returned to.
    static let rollbacks = """
        ALTER TABLE revisions ADD COLUMN rollback_of INTEGER REFERENCES revisions (revision);
        """
}
