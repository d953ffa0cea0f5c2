enum Building {
    static func select(from table: String) -> String { "SELECT id FROM \(table) WHERE name = ?" }

    static func page(_ columns: [String]) -> String {
        """
        SELECT id
            , \(columns.joined(separator: ", "))
        FROM things
        """
    }

    static func sorted(_ column: String) -> String {
        "SELECT id FROM things ORDER BY " + column
    }
}
