/// Gathers the secrets that fields refer to, each with its path.
struct SecretListWriter: FieldWriter {
    private(set) var secrets: [(field: String, source: SecretSource)] = []
    /// The objects that are being written, each with a full stop behind it.
    private var prefix = ""
    private var name = ""

    mutating func key(_ key: FieldKey) { name = key.name }
    mutating func secret(_ source: SecretSource) { secrets.append((prefix + name, source)) }

    mutating func map(_ entries: [NamedText]) {
        for entry in entries {
            if case .secret(let source) = entry.value { secrets.append(("\(prefix)\(name).\(entry.name)", source)) }
        }
    }

    mutating func object<Object: Tabled>(_ value: inout Object) {
        let outer = prefix
        prefix += name + "."
        for field in Object.fields.secretFields { field.writeSecrets(&value, &self) }
        prefix = outer
    }

    mutating func null() {}
    mutating func text(_ value: String) {}
    mutating func word(_ value: String) {}
    mutating func integer(_ value: Int) {}
    mutating func number(_ value: Double) {}
    mutating func list(_ values: [String]) {}
}
