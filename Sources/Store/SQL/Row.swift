/// One row of a result, valid until the next one is asked for: columns are decoded where they are, when they are asked for.
///
/// A column that does not hold what is asked of it throws `StoreError.Code.notAState`: the schema says what each column holds, so the
/// state was damaged from outside.
struct Row {
    let columns: any RowColumns

    /// By position, from 0.
    subscript<Value: SQLDecodable>(_ column: Int) -> Value {
        get throws { try Value(column, of: columns) }
    }

    /// By name; a statement whose columns are named by position costs less.
    subscript<Value: SQLDecodable>(_ name: String) -> Value {
        get throws { try Value(columns.index(of: name), of: columns) }
    }

    /// A number of things that happened, from which the program counts on: in a damaged row it may be any, and must neither be below
    /// zero nor reach the end of the integers.
    func count(_ column: Int) throws -> Int { min(max(try self[column], 0), 1_000_000_000) }

    func isNull(_ name: String) throws -> Bool { try columns.isNull(columns.index(of: name)) }

    /// Bytes of text and blobs in all columns.
    var byteCount: Int { columns.byteCount }
}

/// An engine's own row under `Row`.
protocol RowColumns: AnyObject {
    var byteCount: Int { get }
    func index(of name: String) throws -> Int
    func isNull(_ column: Int) throws -> Bool
    /// A number; a boolean is 0 or 1.
    func int(_ column: Int) throws -> Int64
    func text(_ column: Int) throws -> String
    func bytes(_ column: Int) throws -> [UInt8]
}

/// What a column can be read as.
protocol SQLDecodable {
    init(_ column: Int, of columns: any RowColumns) throws
}

extension String: SQLDecodable {
    init(_ column: Int, of columns: any RowColumns) throws { self = try columns.text(column) }
}

extension Int64: SQLDecodable {
    init(_ column: Int, of columns: any RowColumns) throws { self = try columns.int(column) }
}

extension Int: SQLDecodable {
    init(_ column: Int, of columns: any RowColumns) throws { self = Int(try columns.int(column)) }
}

extension Bool: SQLDecodable {
    init(_ column: Int, of columns: any RowColumns) throws { self = try columns.int(column) != 0 }
}

extension Array: SQLDecodable where Element == UInt8 {
    init(_ column: Int, of columns: any RowColumns) throws { self = try columns.bytes(column) }
}

extension Optional: SQLDecodable where Wrapped: SQLDecodable {
    init(_ column: Int, of columns: any RowColumns) throws {
        self = try columns.isNull(column) ? nil : Wrapped(column, of: columns)
    }
}
