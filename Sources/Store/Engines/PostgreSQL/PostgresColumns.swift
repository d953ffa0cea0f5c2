import PostgreSQL

/// The columns of one row of a result.
final class PostgresColumns: RowColumns {
    var position = 0
    private let rows: ResultSet
    private let address: DatabaseAddress
    private lazy var names: [String: Int] = Dictionary(
        (0..<rows.columnCount).map { (rows.columnName($0), $0) }
    ) { first, _ in first }

    init(_ rows: ResultSet, address: DatabaseAddress) {
        self.rows = rows
        self.address = address
    }

    var byteCount: Int {
        (0..<rows.columnCount).reduce(0) { count, column in count + rows.byteCount(row: position, column: column) }
    }

    func index(of name: String) throws -> Int {
        guard let index = names[name] else { preconditionFailure("a statement asks its result for \(name), which it does not select") }
        return index
    }

    func isNull(_ column: Int) throws -> Bool { rows.isNull(row: position, column: column) }
    func int(_ column: Int) throws -> Int64 {
        try decoding(column) { () throws(PostgresError) in try rows.int(row: position, column: column) }
    }
    func text(_ column: Int) throws -> String {
        try decoding(column) { () throws(PostgresError) in try rows.text(row: position, column: column) }
    }
    func bytes(_ column: Int) throws -> [UInt8] {
        try decoding(column) { () throws(PostgresError) in try rows.bytes(row: position, column: column) }
    }

    private func decoding<Value>(_ column: Int, _ body: () throws(PostgresError) -> Value) throws(StoreError) -> Value {
        do {
            return try body()
        } catch {
            throw StoreError(
                code: .notAState,
                message: "the column \(rows.columnName(column)) of the state \(address) cannot be read: \(error.message)")
        }
    }
}
