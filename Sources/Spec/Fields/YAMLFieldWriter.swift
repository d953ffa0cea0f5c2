import Values

/// Writes fields as lines of a block mapping; an object within in one line.
struct YAMLFieldWriter: FieldWriter {
    fileprivate var block = BlockWriter()
    private let address: Address
    private var name = ""
    /// The path of the object that is being written, with a full stop behind it.
    private var prefix = ""
    /// What stands so far between the braces of an object; nil outside of one.
    private var parts: [String]?

    init(of address: Address) { self.address = address }

    mutating func key(_ key: FieldKey) { name = key.name }
    mutating func null() { put("null") }
    mutating func text(_ value: String) { put(YAMLText.scalar(value)) }
    mutating func word(_ value: String) { put(value) }
    mutating func integer(_ value: Int) { put(String(value)) }
    mutating func number(_ value: Double) { put(value.ecmaScriptText) }
    mutating func list(_ values: [String]) { block.list(name, values) }
    mutating func secret(_ source: SecretSource) { block.secret(name, source, of: address, path: prefix + name) }

    mutating func map(_ entries: [NamedText]) {
        let (path, address) = (prefix + name, address)
        block.block(name) { block in
            for entry in entries {
                block.value(YAMLText.scalar(entry.name), entry.value, of: address, path: "\(path).\(entry.name)")
            }
        }
    }

    mutating func object<Object: Tabled>(_ value: inout Object) {
        let (outerName, outerPrefix, outerParts) = (name, prefix, parts)
        prefix += name + "."
        parts = []
        write(&value)
        let text = "{ \((parts ?? []).joined(separator: ", ")) }"
        (name, prefix, parts) = (outerName, outerPrefix, outerParts)
        put(text)
    }

    /// The fields that differ from what reading begins with, and those that every manifest has.
    mutating func write<Object: Tabled>(_ value: inout Object) {
        var blank = Object.fields.blank
        for field in Object.fields.all { field.writeYAML(&value, &blank, &self) }
    }

    private mutating func put(_ yaml: String) {
        if parts == nil { block.field(name, yaml) } else { parts?.append("\(name): \(yaml)") }
    }
}

extension BlockWriter {
    /// The fields of a resource by its table.
    mutating func fields<Spec: Tabled>(of spec: Spec, at address: Address) {
        var spec = spec
        var writer = YAMLFieldWriter(of: address)
        // Swapped, for a second holder of the text would have it copied.
        swap(&self, &writer.block)
        writer.write(&spec)
        swap(&self, &writer.block)
    }
}
