enum Dialects {
    static let clocks = [
        "DELETE FROM things WHERE due_at < now()",
        "SELECT id FROM things WHERE due_at < CURRENT_TIMESTAMP",
        "SELECT id FROM things WHERE due_at < datetime('now')",
        "UPDATE things SET at = unixepoch() WHERE id = ?",
    ]
    static let json = """
        SELECT id FROM things
        WHERE json_extract(spec, '$.status') = 'ACTIVE'
        """
    static let conflict = "INSERT OR IGNORE INTO things (id) VALUES (?)"
    static let place = "SELECT id FROM things WHERE rowid > ?"
    static let cast = "SELECT id::text FROM things"
    static let tables = "SELECT name FROM sqlite_master"
    static let lock = #"SELECT pg_advisory_xact_lock(?) FROM things"#
}
