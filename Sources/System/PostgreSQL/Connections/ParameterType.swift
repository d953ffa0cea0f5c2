/// The types of parameters that a statement is prepared with.
package enum ParameterType: Sendable, Hashable {
    case text, int, bytes

    /// text, int8 and bytea (pg_type.dat).
    var oid: UInt32 {
        switch self {
        case .text: 25
        case .int: 20
        case .bytes: 17
        }
    }
}
