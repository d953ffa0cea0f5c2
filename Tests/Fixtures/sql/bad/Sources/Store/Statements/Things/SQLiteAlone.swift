enum SQLiteAlone {
    static let statements = [
        "UPDATE OR IGNORE things SET name = ? WHERE id = ?",
        "SELECT id FROM things WHERE name GLOB ?",
        "SELECT id FROM things WHERE name LIKE ?",
        "SELECT id FROM things WHERE lower(name) = ?",
        "SELECT id FROM things WHERE name = ? COLLATE NOCASE",
        "SELECT ifnull(name, '') FROM things",
        "SELECT iif(claim IS NULL, 0, 1) FROM things",
        "SELECT max(at, due_at) FROM things",
        "SELECT time(at) FROM things",
        "SELECT group_concat(name) FROM things",
        "SELECT id FROM things ORDER BY random()",
        "SELECT id FROM things ORDER BY id LIMIT ?, ?",
        "SELECT id FROM things ORDER BY id LIMIT -1 OFFSET ?",
        "SELECT id FROM things WHERE name == ?",
        "SELECT id FROM things WHERE kind = \"parcel\"",
        #"SELECT id FROM things WHERE kind = "parcel""#,
        "SELECT `id` FROM things",
        "SELECT id FROM things WHERE id = ?1 OR parent = ?1",
        "SELECT id FROM things WHERE id = :id",
        "SELECT id FROM things WHERE id = @id",
        "UPDATE things SET claim = ? WHERE claim IS NULL ORDER BY due_at",
        "DELETE FROM things WHERE at < ? LIMIT ?",
    ]
    static let returned = """
        UPDATE things SET claim = NULL WHERE id = ?
        RETURNING id, note IS NOT NULL
        """
}
