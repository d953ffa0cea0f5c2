import Foundation
import GRDB

/// Statements on a connection of GRDB's, prepared once and kept by it.
final class SQLiteConnection: Connection {
    let dialect = Dialect.sqlite
    private let db: GRDB.Database
    private let path: String

    init(_ db: GRDB.Database, path: String) {
        self.db = db
        self.path = path
    }

    func forEach(_ sql: SQL, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws {
        do {
            try forEach(in: try statement(sql), arguments, body)
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    func scan(_ sql: SQL, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws { try forEach(sql, arguments, body) }

    func run(_ sql: SQL, _ arguments: SQLArguments) throws -> Int {
        do {
            try statement(sql).execute(arguments: StatementArguments(arguments))
            return db.changesCount
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    func run(_ sql: SQL, each arguments: [SQLArguments], row: (Int, Row) throws -> Void) throws -> [Int] {
        do {
            let statement = try statement(sql)
            return try arguments.enumerated().map { position, arguments in
                if statement.columnCount == 0 {
                    try statement.execute(arguments: StatementArguments(arguments))
                } else {
                    try forEach(in: statement, arguments) {
                        try row(position, $0)
                        return true
                    }
                }
                return db.changesCount
            }
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    func queue(_ sql: SQL, each arguments: [SQLArguments]) throws {
        try run(sql, each: arguments)
    }

    func run(_ sql: SQL, over rows: [SQLArguments], row: (Row) throws -> Void) throws {
        _ = try run(sql, each: rows) { try row($1) }
    }

    func queue(_ sql: SQL, over rows: [SQLArguments]) throws {
        try run(sql, each: rows)
    }

    private func statement(_ sql: SQL) throws -> GRDB.Statement {
        // Most statements say the same to both engines.
        try db.cachedStatement(sql: sql.text.utf8.contains(UInt8(ascii: "{")) ? sql.rendered(for: .sqlite) : sql.text)
    }

    private func forEach(in statement: GRDB.Statement, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws {
        let rows = try GRDB.Row.fetchCursor(statement, arguments: StatementArguments(arguments))
        guard let first = try rows.next() else { return }
        let columns = SQLiteColumns(first, path: path)
        guard try body(Row(columns: columns)) else { return }
        while let row = try rows.next() {
            columns.row = row
            guard try body(Row(columns: columns)) else { return }
        }
    }
}

extension StatementArguments {
    fileprivate init(_ arguments: SQLArguments) {
        self.init(arguments.values.map(\.databaseValue))
    }
}

extension SQLValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .text(let value): value?.databaseValue ?? .null
        case .int(let value): value?.databaseValue ?? .null
        case .bytes(let value): value.map { Data($0).databaseValue } ?? .null
        }
    }
}

/// The columns of the row at which a cursor stands.
private final class SQLiteColumns: RowColumns {
    var row: GRDB.Row
    private let path: String
    private lazy var names: [String: Int] = Dictionary(zip(row.columnNames, 0...)) { first, _ in first }

    init(_ row: GRDB.Row, path: String) {
        self.row = row
        self.path = path
    }

    var byteCount: Int {
        row.reduce(0) { count, column in
            switch column.1.storage {
            case .string(let text): count + text.utf8.count
            case .blob(let data): count + data.count
            case .null, .int64, .double: count
            }
        }
    }

    func index(of name: String) throws -> Int {
        guard let index = names[name] else { preconditionFailure("a statement asks its result for \(name), which it does not select") }
        return index
    }

    func isNull(_ column: Int) throws -> Bool { value(column).isNull }

    func int(_ column: Int) throws -> Int64 {
        guard case .int64(let value) = value(column).storage else { throw damaged(column, "a number") }
        return value
    }

    func text(_ column: Int) throws -> String {
        guard case .string(let value) = value(column).storage else { throw damaged(column, "text") }
        return value
    }

    func bytes(_ column: Int) throws -> [UInt8] {
        switch value(column).storage {
        case .blob(let value): return Array(value)
        case .string(let value): return Array(value.utf8)
        default: throw damaged(column, "bytes")
        }
    }

    private func value(_ column: Int) -> DatabaseValue { row[column] }

    private func damaged(_ column: Int, _ expected: String) -> StoreError {
        StoreError(
            code: .notAState,
            message: "the column \(Array(row.columnNames)[column]) of the state \(path) does not hold \(expected); restore it from a backup"
        )
    }
}
