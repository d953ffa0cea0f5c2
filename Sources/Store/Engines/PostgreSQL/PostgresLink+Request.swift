import PostgreSQL

extension PostgresLink {
    /// A message with what it says in the program's own words.
    struct Request {
        let sql: SQL
        let parameters: [Parameter]
        /// `BEGIN`, `COMMIT` and the like, which are not worth preparing.
        let isControl: Bool

        init(sql: SQL, arguments: SQLArguments = [], isControl: Bool = false) {
            self.sql = sql
            self.parameters = arguments.values.map(\.parameter)
            self.isControl = isControl
        }

        /// A statement over rows: each parameter is a column of them.
        init(sql: SQL, over rows: ArraySlice<SQLArguments>) {
            self.sql = sql
            isControl = false
            parameters = (rows.first?.values ?? []).enumerated().map { column, sample in
                switch sample {
                case .text: .texts(rows.map { Self.text($0.values[column]) })
                case .int: .ints(rows.map { Self.int($0.values[column]) })
                case .bytes: preconditionFailure("{rows} has columns of texts and numbers")
                }
            }
        }

        private static func text(_ value: SQLValue) -> String? {
            guard case .text(let text) = value else { preconditionFailure("a column of {rows} gets values of two types") }
            return text
        }

        private static func int(_ value: SQLValue) -> Int64? {
            guard case .int(let number) = value else { preconditionFailure("a column of {rows} gets values of two types") }
            return number
        }

        static func control(_ sql: SQL) -> Request { Request(sql: sql, isControl: true) }
    }
}

extension SQLValue {
    fileprivate var parameter: Parameter {
        switch self {
        case .text(let value): .text(value)
        case .int(let value): .int(value)
        case .bytes(let value): .bytes(value)
        }
    }
}
