import GRDB

enum Columns {
    static let all = "SELECT * FROM things"
    static let joined = "SELECT other.* FROM things JOIN other ON other.id = things.id"
    static let changed = """
        UPDATE things SET name = ?
        WHERE id = ?
        RETURNING *
        """
}
