import CPostgreSQL
import Glibc

/// The rows of a statement, as they came; a value is decoded when it is asked for.
///
/// Concurrency: immutable; "PGresult objects are normally read-only after creation, and so can be passed around freely between threads"
/// (https://www.postgresql.org/docs/15/libpq-threading.html).
@safe package final class ResultSet: @unchecked Sendable {
    private let result: OpaquePointer
    /// The rows.
    package let count: Int
    package let columnCount: Int

    @unsafe init(taking result: OpaquePointer) {
        unsafe self.result = unsafe result
        unsafe count = Int(PQntuples(result))
        unsafe columnCount = Int(PQnfields(result))
    }

    deinit {
        unsafe PQclear(result)
    }

    /// The name of a column as the server gives it. The column must be there.
    package func columnName(_ column: Int) -> String {
        precondition(column >= 0 && column < columnCount, "no such column")
        return unsafe PQfname(result, CInt(column)).map { unsafe String(cString: $0) } ?? ""
    }

    /// The first column of exactly this name. (PQfnumber would fold the name to lower case.)
    package func column(named name: String) -> Int? {
        unsafe name.withCString { name in
            for column in 0..<columnCount {
                guard let other = unsafe PQfname(result, CInt(column)) else { continue }
                if unsafe strcmp(other, name) == 0 { return column }
            }
            return nil
        }
    }

    /// The row and the column must be there.
    package func isNull(row: Int, column: Int) -> Bool {
        precondition(contains(row, column), "no such row or column")
        return unsafe PQgetisnull(result, CInt(row), CInt(column)) == 1
    }

    /// The length of the value as it came, 0 for NULL. The row and the column must be there.
    package func byteCount(row: Int, column: Int) -> Int {
        precondition(contains(row, column), "no such row or column")
        return unsafe Int(PQgetlength(result, CInt(row), CInt(column)))
    }

    /// An int2, int4 or int8; a bool as 0 or 1.
    package func int(row: Int, column: Int) throws(PostgresError) -> Int64 {
        let bytes = try unsafe value(row, column)
        let type = unsafe PQftype(result, CInt(column))
        switch (type, bytes.count) {
        case (Self.int8, 8): return Int64(bitPattern: unsafe bytes.loadUnaligned(as: UInt64.self).bigEndian)
        case (Self.int4, 4): return Int64(Int32(bitPattern: unsafe bytes.loadUnaligned(as: UInt32.self).bigEndian))
        case (Self.int2, 2): return Int64(Int16(bitPattern: unsafe bytes.loadUnaligned(as: UInt16.self).bigEndian))
        case (Self.bool, 1): return unsafe bytes.loadUnaligned(as: UInt8.self) == 0 ? 0 : 1
        default: throw mismatch(column, "an integer")
        }
    }

    /// A text, varchar, name, bpchar or json.
    package func text(row: Int, column: Int) throws(PostgresError) -> String {
        let bytes = try unsafe value(row, column)
        guard unsafe Self.texts.contains(PQftype(result, CInt(column))) else { throw mismatch(column, "text") }
        // A database of the encoding SQL_ASCII sends what it was given.
        guard let text = unsafe String(validating: bytes.assumingMemoryBound(to: UInt8.self), as: UTF8.self) else {
            throw PostgresError(.decoding, "column \(label(column)) holds bytes that are not UTF-8")
        }
        return text
    }

    /// A bytea, or the bytes of a text.
    package func bytes(row: Int, column: Int) throws(PostgresError) -> [UInt8] {
        let bytes = try unsafe value(row, column)
        let type = unsafe PQftype(result, CInt(column))
        guard type == Self.bytea || Self.texts.contains(type) else { throw mismatch(column, "bytes") }
        return unsafe Array(bytes)
    }

    /// Object identifiers of pg_type.dat.
    private static let bool: UInt32 = 16
    private static let bytea: UInt32 = 17
    private static let int8: UInt32 = 20
    private static let int2: UInt32 = 21
    private static let int4: UInt32 = 23
    /// name, text, json, bpchar, varchar.
    private static let texts: [UInt32] = [25, 1043, 19, 1042, 114]

    private func contains(_ row: Int, _ column: Int) -> Bool {
        row >= 0 && row < count && column >= 0 && column < columnCount
    }

    /// The bytes of a value that is there and not NULL; they hold as long as the result.
    @unsafe private func value(_ row: Int, _ column: Int) throws(PostgresError) -> UnsafeRawBufferPointer {
        guard contains(row, column) else {
            throw PostgresError(.decoding, "no row \(row) with a column \(column) in \(count) rows of \(columnCount) columns")
        }
        guard unsafe PQgetisnull(result, CInt(row), CInt(column)) == 0 else {
            throw PostgresError(.decoding, "column \(label(column)) is NULL")
        }
        let length = unsafe Int(PQgetlength(result, CInt(row), CInt(column)))
        return unsafe UnsafeRawBufferPointer(start: PQgetvalue(result, CInt(row), CInt(column)), count: length)
    }

    private func mismatch(_ column: Int, _ wanted: String) -> PostgresError {
        let type = unsafe PQftype(result, CInt(column))
        return PostgresError(.decoding, "column \(label(column)) has the type with OID \(type), not \(wanted)")
    }

    private func label(_ column: Int) -> String { "\(column) (\(columnName(column)))" }
}
