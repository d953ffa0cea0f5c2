package import Values

/// JSON Schema (draft 2020-12), as far as every event can be checked against it fast and for certain.
///
/// Enforced: `type enum const required properties additionalProperties propertyNames minProperties maxProperties items prefixItems
/// minItems maxItems uniqueItems minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum allOf anyOf oneOf not`.
/// Annotations are taken and mean nothing: `$schema title description default examples deprecated $comment readOnly writeOnly`.
/// Refused: `pattern`, whose cost a sender could choose; `format`, which the draft leaves to taste; `$ref` and its kin.
package enum EventSchema {
    /// Why a schema cannot be enforced.
    package struct Problem: Sendable, Hashable {
        /// Keys and positions from the schema's root.
        package var path: [String]
        package var message: String
        package var remedy: String?
    }

    /// How data fails a schema.
    package struct Violation: Sendable, Hashable {
        /// Keys and positions from the data's root, such as `lines.0.price`; empty for the root.
        package var path: String
        package var message: String
    }

    /// All that is wrong with a schema; none for one that `violations` enforces whole.
    package static func problems(in schema: JSON) -> [Problem] {
        var check = SchemaCheck()
        check.check(schema, [])
        return check.problems
    }

    /// How the data fails the schema, the first 20 in the order of the schema; none for data that is fine.
    package static func violations(of data: JSON, by schema: JSON) -> [Violation] {
        var validation = Validation(limit: 20)
        validation.validate(data, by: schema, path: "")
        return validation.violations
    }
}

private struct SchemaCheck {
    var problems: [EventSchema.Problem] = []

    static let types = ["null", "boolean", "object", "array", "number", "integer", "string"]
    static let keywords = [
        "type", "enum", "const", "required", "properties", "additionalProperties", "propertyNames", "minProperties", "maxProperties",
        "items", "prefixItems", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "allOf", "anyOf", "oneOf", "not", "$schema", "title", "description", "default", "examples", "deprecated",
        "$comment", "readOnly", "writeOnly",
    ]

    mutating func report(_ path: [String], _ message: String, _ remedy: String? = nil) {
        problems.append(EventSchema.Problem(path: path, message: message, remedy: remedy))
    }

    mutating func check(_ schema: JSON, _ path: [String]) {
        if schema.bool != nil { return }
        guard let object = schema.object else {
            report(path, "a schema is a mapping of keywords, or true or false")
            return
        }
        for (keyword, value) in object.members { check(keyword, value, path + [keyword]) }
    }

    private mutating func check(_ keyword: String, _ value: JSON, _ path: [String]) {
        switch keyword {
        case "type":
            let names = value.string.map { [$0] } ?? value.strings
            guard let names, !names.isEmpty else { return report(path, "`type` must be the name of a type, or a list of them") }
            for name in names where !Self.types.contains(name) {
                report(
                    path, "there is no type \(quoted(name))",
                    Nearest.remedy(for: name, among: Self.types, otherwise: "it is one of \(Self.types.joined(separator: ", "))"))
            }
        case "enum": if value.array?.isEmpty ?? true { report(path, "`enum` must be a list with at least one value") }
        case "required": if value.strings == nil { report(path, "`required` must be a list of names") }
        case "properties":
            guard let object = value.object else { return report(path, "`properties` must be a mapping of names to schemas") }
            for (name, schema) in object.members { check(schema, path + [name]) }
        case "additionalProperties", "propertyNames", "items", "not": check(value, path)
        case "prefixItems", "allOf", "anyOf", "oneOf":
            guard let schemas = value.array, !schemas.isEmpty else { return report(path, "`\(keyword)` must be a list of schemas") }
            for (position, schema) in schemas.enumerated() { check(schema, path + [String(position)]) }
        case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties":
            if value.integer ?? -1 < 0 { report(path, "`\(keyword)` must be a whole number from 0") }
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
            if value.number == nil { report(path, "`\(keyword)` must be a number") }
        case "uniqueItems": if value.bool == nil { report(path, "`uniqueItems` must be true or false") }
        case "$schema":
            if value.string != "https://json-schema.org/draft/2020-12/schema" {
                report(
                    path, "only JSON Schema draft 2020-12 is known here",
                    "write `https://json-schema.org/draft/2020-12/schema`, or leave `$schema` out")
            }
        case "const", "title", "description", "default", "examples", "deprecated", "$comment", "readOnly", "writeOnly": break
        case "pattern", "patternProperties":
            report(path, "`\(keyword)` is not enforced here, because its cost depends on the data", "leave it out, or use `enum`")
        case "format": report(path, "`format` is not enforced here", "leave it out, or say it in `description`")
        case "$ref", "$defs", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "definitions":
            report(path, "`\(keyword)` is not known here", "write the schema out where it is needed")
        default:
            report(
                path, "a schema has no keyword \(quoted(keyword)) that is enforced here",
                Nearest.remedy(for: keyword, among: Self.keywords, otherwise: "leave it out"))
        }
    }
}

private struct Validation {
    /// Violations to find at the most; the rest of the data is not looked at then.
    let limit: Int
    private(set) var violations: [EventSchema.Violation] = []

    init(limit: Int) { self.limit = limit }

    private var isFull: Bool { violations.count >= limit }

    mutating func report(_ path: @autoclosure () -> String, _ message: @autoclosure () -> String) {
        guard !isFull else { return }
        violations.append(EventSchema.Violation(path: path(), message: message()))
    }

    func isValid(_ data: JSON, by schema: JSON) -> Bool {
        var attempt = Validation(limit: 1)
        attempt.validate(data, by: schema, path: "")
        return attempt.violations.isEmpty
    }

    mutating func validate(_ data: JSON, by schema: JSON, path: String) {
        guard !isFull else { return }
        if schema == false { return report(path, "must not be there") }
        guard let schema = schema.object else { return }
        if let type = schema["type"] {
            let names = type.string.map { [$0] } ?? type.strings ?? []
            guard names.contains(where: { Self.is(data, $0) }) else {
                return report(path, "must be \(names.joined(separator: " or "))")
            }
        }
        if let values = schema["enum"]?.array, !values.contains(data) {
            report(path, "must be one of \(values.prefix(20).map(\.text).joined(separator: ", "))")
        }
        if let value = schema["const"], value != data { report(path, "must be \(value.text)") }
        switch data {
        case .object(let object): validate(object, by: schema, path: path)
        case .array(let elements): validate(elements, by: schema, path: path)
        case .string(let text): validate(text, by: schema, path: path)
        case .number(let number): validate(number, by: schema, path: path)
        case .null, .bool: break
        }
        for part in schema["allOf"]?.array ?? [] { validate(data, by: part, path: path) }
        if let parts = schema["anyOf"]?.array, !parts.contains(where: { isValid(data, by: $0) }) {
            report(path, "fits none of the schemas of `anyOf`")
        }
        if let parts = schema["oneOf"]?.array {
            let count = parts.count { isValid(data, by: $0) }
            if count != 1 { report(path, "fits \(count) of the schemas of `oneOf`, and must fit one") }
        }
        if let part = schema["not"], isValid(data, by: part) { report(path, "fits the schema of `not`, and must not") }
    }

    private mutating func validate(_ object: JSONObject, by schema: JSONObject, path: String) {
        for name in schema["required"]?.strings ?? [] where object[name] == nil { report(Self.join(path, name), "is required") }
        let properties = schema["properties"]?.object
        for (name, value) in object.members where !isFull {
            if let names = schema["propertyNames"] { validate(.string(name), by: names, path: Self.join(path, name)) }
            if let own = properties?[name] {
                validate(value, by: own, path: Self.join(path, name))
            } else if let others = schema["additionalProperties"] {
                if others == false {
                    report(Self.join(path, name), "is not a known field")
                } else {
                    validate(value, by: others, path: Self.join(path, name))
                }
            }
        }
        if let least = schema["minProperties"]?.integer, object.count < least { report(path, "must have at least \(least) fields") }
        if let most = schema["maxProperties"]?.integer, object.count > most { report(path, "must have at most \(most) fields") }
    }

    private mutating func validate(_ elements: [JSON], by schema: JSONObject, path: String) {
        let first = schema["prefixItems"]?.array ?? []
        for (position, element) in elements.enumerated() where !isFull {
            if position < first.count {
                validate(element, by: first[position], path: Self.join(path, String(position)))
            } else if let items = schema["items"] {
                validate(element, by: items, path: Self.join(path, String(position)))
            }
        }
        if let least = schema["minItems"]?.integer, elements.count < least { report(path, "must have at least \(least) elements") }
        if let most = schema["maxItems"]?.integer, elements.count > most { report(path, "must have at most \(most) elements") }
        if schema["uniqueItems"] == true, Set(elements).count != elements.count { report(path, "must not repeat an element") }
    }

    private mutating func validate(_ text: String, by schema: JSONObject, path: String) {
        // JSON Schema validation § 6.3: lengths count characters of RFC 8259, which are code points.
        if let least = schema["minLength"]?.integer, text.unicodeScalars.count < least {
            report(path, "must have at least \(least) characters")
        }
        if let most = schema["maxLength"]?.integer, text.unicodeScalars.count > most {
            report(path, "must have at most \(most) characters")
        }
    }

    private mutating func validate(_ number: Double, by schema: JSONObject, path: String) {
        if let least = schema["minimum"]?.number, number < least { report(path, "must be at least \(least.ecmaScriptText)") }
        if let most = schema["maximum"]?.number, number > most { report(path, "must be at most \(most.ecmaScriptText)") }
        if let bound = schema["exclusiveMinimum"]?.number, number <= bound { report(path, "must be above \(bound.ecmaScriptText)") }
        if let bound = schema["exclusiveMaximum"]?.number, number >= bound { report(path, "must be below \(bound.ecmaScriptText)") }
    }

    /// A path that is longer than anybody reads stays as it is: its names are the sender's, and one is made for every element.
    private static func join(_ path: String, _ step: String) -> String {
        guard path.utf8.count < 1024 else { return path }
        return path.isEmpty ? step : "\(path).\(step)"
    }

    private static func `is`(_ data: JSON, _ type: String) -> Bool {
        switch (type, data) {
        case ("null", .null), ("boolean", .bool), ("object", .object), ("array", .array), ("number", .number), ("string", .string): true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
