import Values

/// Writes canonical JSON straight to bytes.
struct CanonicalWriter: FieldWriter {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func key(_ key: FieldKey) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        bytes += key.written
    }

    mutating func null() { bytes += "null".utf8 }

    mutating func text(_ value: String) {
        let utf8 = value.utf8.span
        var needsEscape = false
        for position in utf8.indices {
            let byte = utf8[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { needsEscape = true }
        }
        if needsEscape { bytes += JSON.string(value).utf8 } else { word(value) }
    }

    mutating func word(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        bytes += value.utf8
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func integer(_ value: Int) {
        if value.magnitude < 1 << 53 { bytes += String(value).utf8 } else { number(Double(value)) }
    }

    mutating func number(_ value: Double) { bytes += value.ecmaScriptText.utf8 }

    mutating func list(_ values: [String]) {
        bytes.append(UInt8(ascii: "["))
        for position in values.indices {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            text(values[position])
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func map(_ entries: [NamedText]) {
        bytes.append(UInt8(ascii: "{"))
        let sorted = entries.count < 2 ? entries : entries.sorted { $0.name.precedes($1.name) }
        for position in sorted.indices {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            text(sorted[position].name)
            bytes.append(UInt8(ascii: ":"))
            switch sorted[position].value {
            case .text(let value): text(value)
            case .secret(let source): secret(source)
            }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func secret(_ source: SecretSource) {
        switch source {
        case .environment(let name): secret("{\"env\":", name)
        case .file(let path): secret("{\"file\":", path)
        case .stored: bytes += "{\"stored\":true}".utf8
        }
    }

    private mutating func secret(_ opening: StaticString, _ value: String) {
        bytes += opening.description.utf8
        text(value)
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func object<Object: Tabled>(_ value: inout Object) {
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
        for field in Object.fields.sorted { field.writeCanonical(&value, &self) }
        isFirst = false
        bytes.append(UInt8(ascii: "}"))
    }
}
