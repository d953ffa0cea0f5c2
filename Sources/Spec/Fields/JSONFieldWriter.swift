import Values

/// Builds the JSON value, in the order of the table.
struct JSONFieldWriter: FieldWriter {
    let writesAbsent: Bool
    private(set) var object = JSONObject()
    private var name = ""

    init(writesAbsent: Bool) { self.writesAbsent = writesAbsent }

    mutating func key(_ key: FieldKey) { name = key.name }
    mutating func null() { put(.null) }
    mutating func text(_ value: String) { put(.string(value)) }
    mutating func word(_ value: String) { put(.string(value)) }
    mutating func integer(_ value: Int) { put(.integer(value)) }
    mutating func number(_ value: Double) { put(.number(value)) }
    mutating func list(_ values: [String]) { put(.strings(values)) }
    mutating func map(_ entries: [NamedText]) { put(.object(JSONObject(entries.lazy.map { ($0.name, $0.value.json) }))) }
    mutating func secret(_ source: SecretSource) { put(source.json) }

    mutating func object<Object: Tabled>(_ value: inout Object) {
        var inner = JSONFieldWriter(writesAbsent: writesAbsent)
        for field in Object.fields.all where !writesAbsent || field.audience.contains(.answer) { field.writeJSON(&value, &inner) }
        put(.object(inner.object))
    }

    private mutating func put(_ value: JSON) { object.append(new: name, value) }
}
