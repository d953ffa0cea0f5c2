import Values

/// JSON Schemas that several fields share (draft 2020-12).
enum FieldSchema {
    static let name: JSON = ["type": "string", "minLength": 1, "maxLength": .integer(DisplayText.nameLimit)]
    static let description: JSON = ["type": "string", "minLength": 1, "maxLength": .integer(DisplayText.descriptionLimit)]
    static let url: JSON = ["type": "string", "maxLength": 2048, "pattern": "^[hH][tT][tT][pP][sS]?://[^\\s/?#@]+([/?#]\\S*)?$"]
    static let duration: JSON = ["type": "string", "pattern": "^[0-9]{1,15}(ms|s|m|h|d)$"]
    static let boolean: JSON = ["type": "boolean"]
    static let limit: JSON = integer(RateLimits.range)

    static func integer(_ range: ClosedRange<Int>) -> JSON {
        ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
    }

    static func number(_ range: ClosedRange<Double>) -> JSON {
        ["type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
    }

    static func choice(_ values: some Sequence<String>) -> JSON { ["type": "string", "enum": .strings(values)] }

    static func list(of element: JSON, atMost count: Int, isEmptyAllowed: Bool = true) -> JSON {
        var object = JSONObject([("type", "array"), ("items", element), ("uniqueItems", true), ("maxItems", .integer(count))])
        if !isEmptyAllowed { object["minItems"] = 1 }
        return .object(object)
    }

    static func map(names: String, except reserved: [String] = [], values: JSON) -> JSON {
        var propertyNames = JSONObject([("pattern", .string(names))])
        if !reserved.isEmpty { propertyNames["not"] = ["enum": .strings(reserved)] }
        return ["type": "object", "propertyNames": .object(propertyNames), "additionalProperties": values]
    }

    /// `{ env: NAME }` or `{ file: PATH }`.
    static let secret: JSON = [
        "oneOf": [
            [
                "type": "object", "additionalProperties": false, "required": ["env"],
                "properties": ["env": ["type": "string", "maxLength": 200, "pattern": .string(SecretRules.environmentPattern)]],
            ],
            [
                "type": "object", "additionalProperties": false, "required": ["file"],
                "properties": ["file": ["type": "string", "minLength": 1, "maxLength": 4096]],
            ],
        ]
    ]

    /// Where a secret comes from, as answers show it and updates give it back.
    static let shownSecret: JSON = [
        "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
        "properties": ["env": ["type": "string"], "file": ["type": "string"], "stored": ["const": true]],
    ]

    static let textOrSecret: JSON = ["anyOf": [["type": "string", "minLength": 1], secret]]
}
