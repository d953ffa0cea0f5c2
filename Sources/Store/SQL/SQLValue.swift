/// A parameter of a statement. A null keeps its type, which PostgreSQL needs where the text alone does not tell it.
enum SQLValue: Sendable, Hashable {
    case text(String?)
    case int(Int64?)
    case bytes([UInt8]?)

    var isNull: Bool {
        switch self {
        case .text(let value): value == nil
        case .int(let value): value == nil
        case .bytes(let value): value == nil
        }
    }

    /// Bytes of text and blobs; numbers count nothing.
    var byteCount: Int {
        switch self {
        case .text(let value): value?.utf8.count ?? 0
        case .bytes(let value): value?.count ?? 0
        case .int: 0
        }
    }
}

/// What can be a parameter: text, numbers, blobs, booleans as 0 and 1, times, identifiers, and their optionals.
protocol SQLBindable {
    var sqlValue: SQLValue { get }
    static var sqlNull: SQLValue { get }
}

extension String: SQLBindable {
    var sqlValue: SQLValue { .text(self) }
    static var sqlNull: SQLValue { .text(nil) }
}

extension Int64: SQLBindable {
    var sqlValue: SQLValue { .int(self) }
    static var sqlNull: SQLValue { .int(nil) }
}

extension Int: SQLBindable {
    var sqlValue: SQLValue { .int(Int64(self)) }
    static var sqlNull: SQLValue { .int(nil) }
}

extension Bool: SQLBindable {
    var sqlValue: SQLValue { .int(self ? 1 : 0) }
    static var sqlNull: SQLValue { .int(nil) }
}

extension Array: SQLBindable where Element == UInt8 {
    var sqlValue: SQLValue { .bytes(self) }
    static var sqlNull: SQLValue { .bytes(nil) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    var sqlValue: SQLValue { self?.sqlValue ?? Wrapped.sqlNull }
    static var sqlNull: SQLValue { Wrapped.sqlNull }
}

/// The parameters of a statement, in the order of its question marks.
struct SQLArguments: Sendable, Hashable, ExpressibleByArrayLiteral {
    var values: [SQLValue]

    init(_ values: [SQLValue] = []) { self.values = values }

    init(arrayLiteral elements: any SQLBindable...) {
        values = elements.map(\.sqlValue)
    }

    static func + (left: SQLArguments, right: SQLArguments) -> SQLArguments { SQLArguments(left.values + right.values) }
}
