/// The types of parameters that a statement is prepared with.
package enum ParameterType: Sendable, Hashable {
    case text, int, bytes, texts, ints

    /// text, int8, bytea, text[] and int8[] (pg_type.dat).
    var oid: UInt32 {
        switch self {
        case .text: 25
        case .int: 20
        case .bytes: 17
        case .texts: 1009
        case .ints: 1016
        }
    }
}
