// SELECT * in a comment harms nobody.
enum Things {
    static let byName = "SELECT id, count(*) FROM things WHERE (? IS NULL OR name = ?) AND note <> 'now() or SELECT *' GROUP BY id"
    static let first = "UPDATE things SET parent = (SELECT id FROM things WHERE name = ? ORDER BY id LIMIT 1) WHERE id = ?"
    static let claim = """
        WITH pick AS MATERIALIZED (
            SELECT id FROM things WHERE claim IS NULL AND due_at <= {now_ms} ORDER BY due_at LIMIT ? {for update} {skip locked})
        UPDATE things SET claim = ? WHERE id IN (SELECT id FROM pick) AND claim IS NULL RETURNING id, name
        """

    static func message(_ name: String) -> String { "there is no thing \(name), where one was, so nothing is selected from it" }
}

/// Looks like what one engine alone understands, and is not.
enum Portable {
    static let lesser = "SELECT {least}(at, due_at), min(at), (SELECT max(at) FROM things) FROM things WHERE spec LIKE '%\"is\":true%'"
    static let kept = "INSERT INTO things (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at RETURNING id, note"
    static let ordered = "INSERT INTO others (id) SELECT id FROM things ORDER BY id LIMIT 3 ON CONFLICT (id) DO UPDATE SET at = ?"
    static let answered = "UPDATE things SET claim = ? WHERE id IN (SELECT id FROM others WHERE at IS NOT NULL) RETURNING id"
    static let note = "SELECT id FROM things WHERE note = 'now() :id $1 ?1 || \"x\" LIMIT 1, 2 FOR UPDATE'"
}
