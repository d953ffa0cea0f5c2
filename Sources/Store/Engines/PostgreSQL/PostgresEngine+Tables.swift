extension PostgresEngine {
    func tables(on connection: any Connection) throws -> [TableShape] {
        let listed = try connection.rows(
            """
            SELECT tables.relname::text, columns.attname::text, format_type(columns.atttypid, NULL),
                array_position(keys.indkey::int2[], columns.attnum)
            FROM pg_class AS tables
            JOIN pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attnum > 0 AND NOT columns.attisdropped
            LEFT JOIN pg_index AS keys ON keys.indrelid = tables.oid AND keys.indisprimary
            WHERE tables.relnamespace = current_schema()::regnamespace AND tables.relkind = 'r' AND tables.relname <> 'reconcile_schema'
            """
        ) { row in
            let kinds: [String: TableShape.Kind] = ["bigint": .int, "text": .text, "bytea": .blob]
            return TableShape.Listed(table: try row[0], column: try row[1], kind: kinds[try row[2]], keyPosition: try row[3])
        }
        let references = try connection.rows(
            """
            SELECT children.relname::text, parents.relname::text FROM pg_constraint AS keys
            JOIN pg_class AS children ON children.oid = keys.conrelid
            JOIN pg_class AS parents ON parents.oid = keys.confrelid
            WHERE keys.contype = 'f' AND keys.connamespace = current_schema()::regnamespace
            """
        ) { row in (child: try row[0] as String, parent: try row[1] as String) }
        return try TableShape.shapes(of: listed, references: references, state: address.description)
    }

    /// A sequence does not know of ids that came with a row.
    func continueIdentities(on connection: any Connection) throws {
        let identities = try connection.rows(
            """
            SELECT tables.relname::text, columns.attname::text FROM pg_class AS tables
            JOIN pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attidentity <> ''
            WHERE tables.relnamespace = current_schema()::regnamespace AND tables.relkind = 'r'
            """
        ) { row in (table: TableShape.quoted(try row[0]), column: try row[1] as String) }
        for (table, column) in identities {
            let greatest = "(SELECT max(\(TableShape.quoted(column))) FROM \(table))"
            try connection.run(
                SQL(
                    stringLiteral: """
                        SELECT setval(pg_get_serial_sequence(?, ?), greatest(coalesce(\(greatest), 1), 1), coalesce(\(greatest), 0) > 0)
                        """), [table, column])
        }
    }
}
