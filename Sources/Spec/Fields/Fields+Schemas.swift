package import Values

extension Fields {
    /// What a request does.
    package enum Request: Sendable { case creation, update }

    /// JSON Schema of the object in a manifest.
    package var manifestSchema: JSON {
        schema(for: .manifest, requiring: all.filter { $0.presence == .required })
    }

    /// JSON Schema of a body; an update requires nothing.
    package func requestSchema(of request: Request) -> JSON {
        schema(for: .request, requiring: request == .update ? [] : all.filter { $0.presence != .optional })
    }

    /// JSON Schema of the object in an answer.
    package var answerSchema: JSON { schema(for: .answer, requiring: all.filter { $0.audience.contains(.answer) }, isClosed: false) }

    private func schema(for audience: Audience, requiring required: [Field<Root>], isClosed: Bool = true) -> JSON {
        let properties = all.filter { $0.audience.contains(audience) }.map { field -> (String, JSON) in
            var schema = field.schema(audience).object ?? JSONObject()
            schema["description"] = .string(summary(of: field, for: audience))
            return (field.key.name, .object(schema))
        }
        var object = JSONObject([("type", "object"), ("properties", .object(JSONObject(properties)))])
        if isClosed { object["additionalProperties"] = false }
        if !required.isEmpty { object["required"] = .strings(required.map(\.key.name)) }
        return .object(object)
    }

    /// Prose with the default filled in.
    private func summary(of field: Field<Root>, for audience: Audience) -> String {
        let summary = audience == .manifest ? field.summary : field.summaryOverHTTP
        guard summary.contains("{default}") else { return summary }
        let value = blank.json[field.key.name] ?? .null
        return summary.replacing("{default}", with: value.string ?? value.text)
    }
}
