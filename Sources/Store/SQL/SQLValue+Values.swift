import Values

/// Milliseconds since 1970.
extension Timestamp: SQLBindable, SQLDecodable {
    var sqlValue: SQLValue { .int(milliseconds) }
    static var sqlNull: SQLValue { .int(nil) }

    init(_ column: Int, of columns: any RowColumns) throws { self.init(milliseconds: try columns.int(column)) }
}

extension Identifier: SQLBindable {
    var sqlValue: SQLValue { .text(text) }
    static var sqlNull: SQLValue { .text(nil) }
}
