import Values

/// One operation of an OpenAPI document, and what an answer says beyond it.
struct Operation {
    let method: String
    let template: String
    private let responses: JSON
    private let schemas: JSON

    /// Sorted by path and method.
    static func all(in document: JSON) -> [Operation] {
        let schemas = document["components"]?["schemas"] ?? [:]
        return (document["paths"]?.object?.members ?? []).flatMap { path, item in
            (item.object?.members ?? []).filter { methods.contains($0.key) }.map { method, operation in
                Operation(
                    method: method.uppercased(), template: path, responses: operation["responses"] ?? [:], schemas: schemas)
            }
        }.sorted { ($0.template, $0.method) < ($1.template, $1.method) }
    }

    private static let methods: Set<String> = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    var title: String { "\(method) \(template)" }

    /// Whether it lists an answer from 400 to 499.
    var canBeRefused: Bool { responses.object?.keys.contains { $0.hasPrefix("4") } == true }

    /// How many segments of the path stand so in the template; nil where it is no path of this operation.
    func literalSegments(of path: String) -> Int? {
        let (own, given) = (template.split(separator: "/"), path.split(separator: "/"))
        guard own.count == given.count else { return nil }
        var count = 0
        for (own, given) in zip(own, given) where !own.hasPrefix("{") {
            guard own == given else { return nil }
            count += 1
        }
        return count
    }

    /// What the document does not say about an answer: a status, a media type, a property, a type.
    func undeclared(in exchange: Transcript.Exchange) -> [String] {
        guard let response = responses[String(exchange.status)] else { return ["\(title): \(exchange.status)"] }
        // The answer to HEAD has the headers of a body that does not come.
        let type = exchange.method == "HEAD" ? nil : exchange.headers["content-type"].map { String($0.prefix { $0 != ";" }) }
        guard let type else { return [] }
        guard let content = response["content"]?[type] else { return ["\(title): \(exchange.status) as \(type)"] }
        guard let body = exchange.body, let schema = content["schema"] else { return [] }
        return problems(body, schema, at: "$").map { "\(title): \(exchange.status) \($0)" }
    }

    private func problems(_ value: JSON, _ schema: JSON, at path: String) -> [String] {
        if let reference = schema["$ref"]?.string {
            guard let name = reference.split(separator: "/").last, let found = schemas[String(name)] else {
                return ["\(path) is \(reference), which is nowhere"]
            }
            return problems(value, found, at: path)
        }
        if let type = schema["type"] {
            let types = type.strings ?? type.string.map { [$0] } ?? []
            if !types.contains(where: { Self.isOne(value, $0) }) { return ["\(path) is none of \(types.joined(separator: ", "))"] }
        }
        if let values = schema["enum"]?.array, value.string?.hasPrefix("<") != true, !values.contains(value) {
            return ["\(path) is \(value.text), which is not in its enum"]
        }
        if let array = value.array {
            guard let items = schema["items"] else { return [] }
            return array.flatMap { problems($0, items, at: path + "[]") }
        }
        guard let object = value.object else { return [] }
        let missing = (schema["required"]?.strings ?? []).filter { object[$0] == nil }.map { "\(path).\($0) is missing" }
        let (properties, additional) = (schema["properties"]?.object, schema["additionalProperties"])
        return missing
            + object.members.flatMap { name, value in
                if let property = properties?[name] { return problems(value, property, at: "\(path).\(name)") }
                if let additional, additional.object != nil { return problems(value, additional, at: "\(path).*") }
                return properties == nil && additional?.bool != false ? [] : ["\(path).\(name)"]
            }
    }

    private static func isOne(_ value: JSON, _ type: String) -> Bool {
        switch type {
        case "object": value.object != nil
        case "array": value.array != nil
        case "string": value.string != nil
        case "integer": value.integer != nil
        case "number": value.number != nil
        case "boolean": value.bool != nil
        case "null": value.isNull
        default: false
        }
    }
}
