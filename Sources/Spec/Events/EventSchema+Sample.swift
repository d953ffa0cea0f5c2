package import Values

extension EventSchema {
    /// Data that satisfies the schema, always the same; nil where none is found.
    ///
    /// The schema's own `default`, `examples`, `const` and `enum` come first; else the required members, with the least of what
    /// their keywords ask for. What conflicting keywords make impossible to guess has no sample, nor has what takes more than
    /// `maximumSampleBytes`: lists within lists of a hundred elements each would take any amount.
    package static func sample(of schema: JSON) -> JSON? {
        var sampling = Sampling(room: maximumSampleBytes)
        let made = sampling.value(of: schema, depth: 0)
        guard sampling.room > 0 else { return .none }
        // `nil` in one expression with a JSON would be JSON's null.
        guard violations(of: made, by: schema).isEmpty else { return .none }
        return made
    }

    /// About, of the sample as JSON.
    package static let maximumSampleBytes = 256 << 10
}

private struct Sampling {
    /// Bytes that may still be made; from 0 on nothing more is.
    private(set) var room: Int

    init(room: Int) { self.room = room }

    mutating func value(of schema: JSON, depth: Int) -> JSON {
        room -= 8
        guard room > 0, depth < 32, let object = schema.object else { return depth == 0 ? [:] : "example" }
        if let ready = object["const"] ?? object["default"] ?? object["examples"]?.array?.first ?? object["enum"]?.array?.first {
            room -= ready.utf8.count
            return ready
        }
        let branches = (object["allOf"]?.array ?? []) + [object["oneOf"], object["anyOf"]].compactMap { $0?.array?.first }
        guard branches.isEmpty else { return value(of: branches.reduce(Self.plain(object), Self.joined), depth: depth + 1) }
        switch Self.type(of: object, depth: depth) {
        case "object": return members(of: object, depth: depth)
        case "array": return elements(of: object, depth: depth)
        case "number", "integer": return Self.number(object)
        case "boolean": return true
        case "null": return .null
        default: return text(object)
        }
    }

    private static func plain(_ object: JSONObject) -> JSON {
        var object = object
        for keyword in ["allOf", "oneOf", "anyOf"] { object[keyword] = nil }
        return .object(object)
    }

    /// Both schemas at once, as far as members and what is required go; elsewhere the second wins.
    private static func joined(_ first: JSON, _ second: JSON) -> JSON {
        guard var object = first.object, let other = second.object else { return second.object == nil ? first : second }
        for (keyword, value) in other.members {
            switch (keyword, object[keyword]) {
            case ("required", .array(let names)?): object[keyword] = .array(names + (value.array ?? []))
            case ("properties", .object(var members)?):
                for (name, schema) in value.object?.members ?? [] { members[name] = schema }
                object[keyword] = .object(members)
            default: object[keyword] = value
            }
        }
        return .object(object)
    }

    private static func type(of object: JSONObject, depth: Int) -> String {
        if let type = object["type"]?.string ?? object["type"]?.strings?.first(where: { $0 != "null" }) { return type }
        if object["properties"] != nil || object["required"] != nil || depth == 0 { return "object" }
        if object["items"] != nil || object["prefixItems"] != nil { return "array" }
        return object["minimum"] != nil || object["maximum"] != nil ? "number" : "string"
    }

    private mutating func members(of object: JSONObject, depth: Int) -> JSON {
        var made = JSONObject()
        for name in object["required"]?.strings ?? [] where made[name] == nil && room > 0 {
            room -= name.utf8.count
            made[name] = value(of: object["properties"]?[name] ?? object["additionalProperties"] ?? true, depth: depth + 1)
        }
        return .object(made)
    }

    private mutating func elements(of object: JSONObject, depth: Int) -> JSON {
        let first = object["prefixItems"]?.array ?? []
        let count = min(object["minItems"]?.integer ?? 0, 100)
        var made: [JSON] = []
        while made.count < count, room > 0 {
            made.append(value(of: made.count < first.count ? first[made.count] : object["items"] ?? true, depth: depth + 1))
        }
        return .array(made)
    }

    private static func number(_ object: JSONObject) -> JSON {
        let low = object["minimum"]?.number ?? object["exclusiveMinimum"]?.number.map { $0 + 1 }
        let high = object["maximum"]?.number ?? object["exclusiveMaximum"]?.number.map { $0 - 1 }
        return .number((low ?? high.map { min($0, 0) } ?? 0).rounded(.up))
    }

    private mutating func text(_ object: JSONObject) -> JSON {
        let least = min(object["minLength"]?.integer ?? 0, 10_000)
        let most = object["maxLength"]?.integer ?? .max
        let text = "example" + String(repeating: "x", count: max(0, least - 7))
        room -= text.utf8.count
        return .string(String(text.prefix(max(0, most))))
    }
}
