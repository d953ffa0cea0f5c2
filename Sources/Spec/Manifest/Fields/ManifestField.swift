package import Values
package import YAML

/// The fields of one kind of mapping: what the decoder knows, what it proposes for a misspelt name, and what the JSON Schema says.
package protocol ManifestField: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// What has these fields, as in "a webhook has no field `x`".
    static var subject: String { get }
    /// Without these the mapping is an error.
    static var required: [Self] { get }
    /// The look-up table, made once.
    static var names: FieldNames<Self> { get }
    /// For the schema: what an editor shows.
    var summary: String { get }
    /// The JSON Schema of the value.
    var schema: JSON { get }
}

extension ManifestField {
    /// The JSON Schema of a mapping with these fields and no others.
    package static var objectSchema: JSON {
        let properties = allCases.map { field -> (String, JSON) in
            var schema = field.schema.object ?? JSONObject()
            schema["description"] = .string(field.summary)
            return (field.rawValue, .object(schema))
        }
        var object = JSONObject([
            ("type", "object"), ("properties", .object(JSONObject(properties))), ("additionalProperties", false),
        ])
        if !required.isEmpty { object["required"] = .strings(required.map(\.rawValue)) }
        return .object(object)
    }
}

/// The names of fields as bytes, so that reading a manifest makes no string for a key.
package struct FieldNames<Field: ManifestField>: Sendable {
    private let bytes: [UInt8]
    private let entries: [Entry]

    private struct Entry: Sendable {
        var field: Field
        var offset: Int
        var count: Int
    }

    package init() {
        var bytes: [UInt8] = []
        var entries: [Entry] = []
        for field in Field.allCases {
            entries.append(Entry(field: field, offset: bytes.count, count: field.rawValue.utf8.count))
            bytes += field.rawValue.utf8
        }
        self.bytes = bytes
        self.entries = entries
    }

    /// The field that a key names; nil for any other key.
    package func field(_ key: Node) -> Field? {
        for entry in entries where key.equals(bytes, from: entry.offset, count: entry.count) { return entry.field }
        return nil
    }
}
