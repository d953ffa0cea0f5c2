package import Values

/// A type of event beyond the built-in ones; its name is the address.
package struct EventTypeSpec: Sendable, Equatable {
    package var description: String
    /// JSON Schema (draft 2020-12) that the data of every such event must satisfy.
    package var schema: JSON?

    package init(description: String, schema: JSON?) {
        self.description = description
        self.schema = schema
    }

    package var json: JSON {
        var object = JSONObject([("description", .string(description))])
        object["schema"] = schema
        return .object(object)
    }

    package init?(json: JSON) {
        guard let description = json["description"]?.string else { return nil }
        self.init(description: description, schema: json["schema"])
    }
}
