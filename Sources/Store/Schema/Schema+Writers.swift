extension Schema {
    /// What lets several processes write to one state.
    ///
    /// `writers`: each lane on which a node writes, with the batch that it has committed last, by which a commit whose answer was
    /// lost is decided; a higher `epoch` shuts out whoever wrote under a lower one. Rows are raised and never removed.
    /// `leases`: what one node does for all; `holder` has it until `until` unless `term` has moved.
    /// The index serves the removal of an integration, which takes its OAuth states along.
    static let writers: SQL = """
        CREATE INDEX oauth_states_by_integration ON oauth_states (integration_id);

        CREATE TABLE writers (
            node {text} NOT NULL,
            lane {int} NOT NULL,
            epoch {int} NOT NULL,
            batch {int} NOT NULL,
            beat_at {int} NOT NULL,
            PRIMARY KEY (node, lane)
        ) {strict};

        CREATE TABLE leases (
            name {text} PRIMARY KEY,
            holder {text} NOT NULL,
            term {int} NOT NULL,
            until {int} NOT NULL,
            session {text}
        ) {strict};
        """

    /// Room for rows that every transaction, or every renewal, updates in place.
    static let writersStorage: SQL = """
        ALTER TABLE writers SET (fillfactor = 20);
        ALTER TABLE leases SET (fillfactor = 20);
        """
}
