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
