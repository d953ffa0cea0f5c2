import Values

/// Takes the values of fields in the order of a table, each after its key.
protocol FieldWriter {
    /// Whether fields without a value are written too, as null or empty.
    var writesAbsent: Bool { get }
    mutating func key(_ key: FieldKey)
    mutating func null()
    mutating func text(_ value: String)
    /// Text of letters and digits alone.
    mutating func word(_ value: String)
    mutating func integer(_ value: Int)
    mutating func number(_ value: Double)
    mutating func list(_ values: [String])
    mutating func map(_ entries: [NamedText])
    mutating func secret(_ source: SecretSource)
    mutating func object<Object: Tabled>(_ value: inout Object)
}

extension FieldWriter {
    var writesAbsent: Bool { false }
}

/// The name of a field, and as JSON writes it.
struct FieldKey: Sendable {
    let name: String
    /// `"name":`.
    let written: [UInt8]

    init(_ name: String) {
        self.name = name
        written = Array("\"\(name)\":".utf8)
    }
}
