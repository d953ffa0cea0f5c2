extension Schema {
    /// A row stands here from the first row that `StateCopy` brings until all of them are verified: as long as it does, the state is
    /// not to be used. It names the state that is copied, and its serials at the beginning.
    static let copies: SQL = """
        CREATE TABLE copies (
            id {int} PRIMARY KEY CHECK (id = 1),
            source {text} NOT NULL,
            lineage {text} NOT NULL,
            serial {int} NOT NULL,
            key_serial {int} NOT NULL
        ) {strict};
        """
}
