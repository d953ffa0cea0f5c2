/// Where statements run: one connection to the state, used by one thread at a time and never kept beyond the closure that got it.
///
/// Every method throws `StoreError`, or what a closure that it was given throws.
protocol Connection: AnyObject {
    var dialect: Dialect { get }

    /// Reads row by row; `false` ends it. Rows are valid inside the closure alone, which runs no other statement.
    func forEach(_ sql: SQL, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws

    /// The same for rows that may be large: those that are not asked for are not held in memory.
    func scan(_ sql: SQL, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws

    /// Runs a statement and returns how many rows it inserted, changed or removed.
    @discardableResult
    func run(_ sql: SQL, _ arguments: SQLArguments) throws -> Int

    /// Runs a statement once for each set of arguments, in order and with one wait; returns the rows changed by each.
    ///
    /// - Parameter row: gets each row that comes back, with the position of its set of arguments.
    @discardableResult
    func run(_ sql: SQL, each arguments: [SQLArguments], row: (Int, Row) throws -> Void) throws -> [Int]

    /// Runs a statement over a set of rows, its only parameters, that it names `{rows …}`: SQLite takes one after another, PostgreSQL all
    /// at once, so that no row may depend on what the statement did with another.
    ///
    /// - Parameter row: gets each row that comes back, in no order.
    func run(_ sql: SQL, over rows: [SQLArguments], row: (Row) throws -> Void) throws

    /// The same for statements whose outcome nobody looks at: they travel with what is sent next, at the latest with the commit.
    func queue(_ sql: SQL, over rows: [SQLArguments]) throws

    /// The same for statements whose outcome nobody looks at: they travel with what is sent next, at the latest with the commit.
    ///
    /// An error of theirs ends the transaction like any other, later than here.
    func queue(_ sql: SQL, each arguments: [SQLArguments]) throws
}

extension Connection {
    @discardableResult
    func run(_ sql: SQL, each arguments: [SQLArguments]) throws -> [Int] {
        try run(sql, each: arguments) { _, _ in }
    }

    /// Every row, made into a value.
    func rows<Value>(_ sql: SQL, _ arguments: SQLArguments = [], _ value: (Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try forEach(sql, arguments) { row in
            values.append(try value(row))
            return true
        }
        return values
    }

    /// The first row, made into a value; nil where there is none.
    func row<Value>(_ sql: SQL, _ arguments: SQLArguments = [], _ value: (Row) throws -> Value) throws -> Value? {
        var first: Value?
        try forEach(sql, arguments) { row in
            first = try value(row)
            return false
        }
        return first
    }

    /// The first column of the first row; nil where there is no row, or a null in it.
    func value<Value: SQLDecodable>(_ sql: SQL, _ arguments: SQLArguments = [], as type: Value.Type = Value.self) throws -> Value? {
        try row(sql, arguments) { row in try row[0] as Value? } ?? nil
    }

    /// The first column of every row.
    func values<Value: SQLDecodable>(_ sql: SQL, _ arguments: SQLArguments = [], as type: Value.Type = Value.self) throws -> [Value] {
        try rows(sql, arguments) { row in try row[0] }
    }
}
