import OpenSSL
import Values

/// The rows of a table as one number: the same on both engines where, and only where, the rows are the same.
///
/// SHA-256 of the name of the table, the names of its columns, and its rows in the order of the primary key. A value is a byte that
/// says what it is, and what follows it:
///
/// | value | byte | then |
/// | --- | --- | --- |
/// | null | 0 | |
/// | number | 1 | 8 bytes, two's complement, the most significant first |
/// | text | 2 | its length in bytes as a number of 8 bytes, its bytes |
/// | bytes | 3 | the same |
package struct TableDigest: Sendable, Hashable {
    package var rows: Int
    /// In hexadecimal digits.
    package var sha256: String

    /// Takes rows as they come.
    struct Making: ~Copyable {
        private(set) var rows = 0
        private var hash = SHA256Stream()

        init(of shape: TableShape) {
            hash.update(([shape.name] + shape.columns.map(\.name)).flatMap { Self.encoding(of: .text($0)) })
        }

        mutating func add(_ page: [[SQLValue]]) {
            var bytes: [UInt8] = []
            for row in page {
                for value in row { Self.append(value, to: &bytes) }
            }
            hash.update(bytes)
            rows += page.count
        }

        consuming func finish() -> TableDigest {
            let rows = rows
            return TableDigest(rows: rows, sha256: Hex.encode(hash.finish()))
        }

        private static func encoding(of value: SQLValue) -> [UInt8] {
            var bytes: [UInt8] = []
            append(value, to: &bytes)
            return bytes
        }

        private static func append(_ value: SQLValue, to bytes: inout [UInt8]) {
            switch value {
            case .text(nil), .int(nil), .bytes(nil): bytes.append(0)
            case .int(let number?):
                bytes.append(1)
                append(number, to: &bytes)
            case .text(let text?):
                bytes.append(2)
                append(Int64(text.utf8.count), to: &bytes)
                bytes.append(contentsOf: text.utf8)
            case .bytes(let blob?):
                bytes.append(3)
                append(Int64(blob.count), to: &bytes)
                bytes.append(contentsOf: blob)
            }
        }

        private static func append(_ number: Int64, to bytes: inout [UInt8]) {
            for shift in stride(from: Int64(56), through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
    }
}
