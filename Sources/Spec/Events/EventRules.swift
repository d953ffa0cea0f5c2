package import Values

/// The grammar of event types.
package enum EventRules {
    package static let pattern = "^[A-Z][A-Z0-9_]{0,63}$"

    /// What is wrong with the name of a new event type, with the remedy; nil for one that is fine.
    package static func problem(_ name: String) -> String? {
        guard let first = name.utf8.first, first.isASCIIUppercase, name.utf8.count <= 64,
            name.utf8.allSatisfy({ $0.isASCIIDigit || $0 == UInt8(ascii: "_") || $0.isASCIIUppercase })
        else { return "the event \(quoted(name)) must be capitals, digits and `_`, at most 64, as in `INVOICE_PAID`" }
        if builtIn.contains(name) { return "the event \(quoted(name)) is built in: leave the declaration out" }
        return nil
    }

    /// Bytes of a schema as compact JSON.
    package static let schemaBytes = 64 << 10

    /// What is wrong with the size of an event's schema; nil for one that is fine.
    package static func schemaProblem(_ schema: JSON) -> String? {
        schema.utf8.count > schemaBytes ? "`schema` is longer than \(schemaBytes >> 10) KiB as JSON" : nil
    }

    /// The names that need no declaration.
    package static let builtIn = Set(BuiltInEvent.allCases.map(\.rawValue))
}
