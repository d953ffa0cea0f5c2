/// A value of a parameter, sent in the binary format. A NULL keeps its type, so that `$1 IS NULL` can be planned.
package enum Parameter: Sendable, Hashable {
    /// The server refuses U+0000 in text (22021).
    case text(String?)
    case int(Int64?)
    case bytes([UInt8]?)
    /// Arrays of one dimension, for `unnest`.
    case texts([String?])
    case ints([Int64?])

    /// The type that a parameter of this case has.
    package var type: ParameterType {
        switch self {
        case .text: .text
        case .int: .int
        case .bytes: .bytes
        case .texts: .texts
        case .ints: .ints
        }
    }

    var byteCount: Int {
        switch self {
        case .text(let value): value?.utf8.count ?? 0
        case .int: 8
        case .bytes(let value): value?.count ?? 0
        case .texts(let values): values.reduce(20) { $0 + 4 + ($1?.utf8.count ?? 0) }
        case .ints(let values): 20 + 12 * values.count
        }
    }
}
