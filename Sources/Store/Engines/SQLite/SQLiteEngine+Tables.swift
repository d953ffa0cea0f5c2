extension SQLiteEngine {
    func tables(on connection: any Connection) throws -> [TableShape] {
        let listed = try connection.rows(
            """
            SELECT tables.name, columns.name, columns.type, columns.pk
            FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite~_%' ESCAPE '~'
            """
        ) { row in
            let kinds: [String: TableShape.Kind] = ["INTEGER": .int, "TEXT": .text, "BLOB": .blob]
            let position: Int = try row[3]
            return TableShape.Listed(
                table: try row[0], column: try row[1], kind: kinds[try row[2]], keyPosition: position == 0 ? nil : position)
        }
        let references = try connection.rows(
            """
            SELECT tables.name, keys."table" FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys
            WHERE tables.type = 'table'
            """
        ) { row in (child: try row[0] as String, parent: try row[1] as String) }
        return try TableShape.shapes(of: listed, references: references, state: path)
    }

    /// An `INTEGER PRIMARY KEY` goes on behind the greatest by itself (https://sqlite.org/autoinc.html).
    func continueIdentities(on connection: any Connection) throws {}
}
