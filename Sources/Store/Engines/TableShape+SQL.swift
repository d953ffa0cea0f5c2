/// Statements on a table that the database has described: the only ones that are put together, from names that stand in its catalogue.
extension TableShape {
    /// The rows behind a key, in the order of the key: at most so many (the parameter behind the key), and no more once those before
    /// have so many bytes (the last). Text comes as its bytes.
    func page(isFirst: Bool) -> SQL {
        let names = columns.map { Self.quoted($0.name) }.joined(separator: ", ")
        let outer = columns.map { selected($0) }.joined(separator: ", ")
        let size = columns.filter { $0.kind != .int }.map { "coalesce(length(\(selected($0))), 0)" }
        let condition = isFirst ? "" : "WHERE (\(keyNames)) > (\(key.map { _ in "?" }.joined(separator: ", ")))"
        return SQL(
            stringLiteral: """
                SELECT \(outer) FROM (
                    SELECT \(names), sum(size) OVER (ORDER BY \(keyNames) ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS size_before
                    FROM (
                        SELECT \(names), \((size + ["64"]).joined(separator: " + ")) AS size
                        FROM \(Self.quoted(name)) \(condition) ORDER BY \(keyNames) LIMIT ?
                    ) AS rows_behind
                ) AS page WHERE coalesce(size_before, 0) < ? ORDER BY \(keyNames)
                """)
    }

    /// The key of the last row.
    var lastKey: SQL {
        let selection = key.map { selected(columns[$0]) }.joined(separator: ", ")
        let order = key.map { Self.quoted(columns[$0].name) + " DESC" }.joined(separator: ", ")
        return SQL(stringLiteral: "SELECT \(selection) FROM \(Self.quoted(name)) ORDER BY \(order) LIMIT 1")
    }

    var count: SQL { SQL(stringLiteral: "SELECT count(*) FROM \(Self.quoted(name))") }

    var insertion: SQL {
        let names = columns.map { Self.quoted($0.name) }.joined(separator: ", ")
        let values = columns.map { _ in "?" }.joined(separator: ", ")
        return SQL(stringLiteral: "INSERT INTO \(Self.quoted(name)) (\(names)) VALUES (\(values))")
    }

    static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    private var keyNames: String { key.map { Self.quoted(columns[$0].name) }.joined(separator: ", ") }

    private func selected(_ column: Column) -> String {
        column.kind == .text ? "{bytes of \(Self.quoted(column.name))}" : Self.quoted(column.name)
    }
}
