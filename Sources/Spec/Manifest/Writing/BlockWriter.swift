import Values

/// Block mappings, two spaces a level.
struct BlockWriter {
    private(set) var text = ""
    private var indentation = ""

    mutating func blankLine() { text += "\n" }

    /// A key and a value that is YAML already.
    mutating func field(_ key: String, _ value: String, comment: String? = nil) {
        text += "\(indentation)\(key): \(value)\(comment.map { "  # \($0)" } ?? "")\n"
    }

    mutating func block(_ key: String, content: (inout BlockWriter) -> Void) {
        text += "\(indentation)\(key):\n"
        let outer = indentation
        indentation += "  "
        content(&self)
        indentation = outer
    }

    mutating func text(_ key: String, _ value: String?) {
        if let value { field(key, YAMLText.scalar(value)) }
    }

    mutating func number(_ key: String, _ value: Int?) {
        if let value { field(key, String(value)) }
    }

    /// In one line where it is short.
    mutating func list(_ key: String, _ values: [String]) {
        let scalars = values.map { $0 == "*" ? "\"*\"" : YAMLText.scalar($0) }
        let line = "[\(scalars.joined(separator: ", "))]"
        guard line.utf8.count > 90 else { return field(key, line) }
        text += "\(indentation)\(key):\n"
        for scalar in scalars { text += "\(indentation)  - \(scalar)\n" }
    }

    mutating func parameters(_ key: String, _ parameters: [IntegrationSpec.Parameter]) {
        guard !parameters.isEmpty else { return }
        block(key) { writer in
            for parameter in parameters { writer.text(YAMLText.scalar(parameter.name), parameter.value) }
        }
    }

    mutating func secret(_ key: String, _ source: SecretSource?, of address: Address, path: String) {
        switch source {
        case nil: break
        case .environment(let name): field(key, "{ env: \(YAMLText.scalar(name)) }")
        case .file(let path): field(key, "{ file: \(YAMLText.scalar(path)) }")
        case .stored:
            field(
                key, "{ env: \(SecretRules.variableName(for: address, field: path)) }",
                comment: "the value is in the state alone: put it into this variable")
        }
    }

    mutating func value(_ key: String, _ value: TextOrSecret?, of address: Address, path: String) {
        switch value {
        case nil: break
        case .text(let text): self.text(key, text)
        case .secret(let source): secret(key, source, of: address, path: path)
        }
    }

    mutating func json(_ key: String, _ value: JSON) {
        switch value {
        case .object(let object) where !object.isEmpty:
            block(key) { writer in
                for member in object.members { writer.json(YAMLText.scalar(member.key), member.value) }
            }
        case .array(let elements) where elements.contains { $0.object != nil || $0.array != nil }:
            text += "\(indentation)\(key):\n"
            for element in elements { text += "\(indentation)  - \(Self.flow(element))\n" }
        default: field(key, Self.flow(value))
        }
    }

    private static func flow(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number):
            // Whole numbers that JavaScript cannot hold are refused as integers and read as what they are with an exponent.
            number.magnitude > 9_007_199_254_740_992 ? number.description : number.ecmaScriptText
        case .string(let text): YAMLText.scalar(text)
        case .array(let elements): "[\(elements.map(flow).joined(separator: ", "))]"
        case .object(let object):
            object.isEmpty ? "{}" : "{ \(object.members.map { "\(YAMLText.scalar($0.key)): \(flow($0.value))" }.joined(separator: ", ")) }"
        }
    }
}
