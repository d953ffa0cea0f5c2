import Spec
import Testing
import Values

struct EventSchemaTests {
    private let schema: JSON = [
        "type": "object", "required": ["id", "lines"], "additionalProperties": false,
        "properties": [
            "id": ["type": "string", "minLength": 2, "maxLength": 4],
            "lines": [
                "type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true,
                "items": ["type": "object", "properties": ["price": ["type": "number", "exclusiveMinimum": 0, "maximum": 10]]],
            ],
            "kind": ["enum": ["a", 1]], "version": ["const": 1], "count": ["type": ["integer", "null"]],
            "either": ["oneOf": [["type": "string"], ["minimum": 5]]], "not": ["not": ["type": "null"]],
        ],
    ]

    @Test func `the schema itself is fine`() {
        #expect(EventSchema.problems(in: schema) == [])
    }

    private static let cases: [(data: JSON, messages: [String])] = [
        ([:] as JSON, ["id is required", "lines is required"]),
        ([1], [" must be object"]),
        (["id": "é日本x", "lines": [["price": 1]]], []),
        (["id": "a", "lines": []], ["id must have at least 2 characters", "lines must have at least 1 elements"]),
        (
            ["id": "abcde", "lines": [1, 1]],
            ["id must have at most 4 characters", "lines.0 must be object", "lines.1 must be object", "lines must not repeat an element"]
        ),
        (["id": "ab", "lines": [["price": 0], ["price": 11]]], ["lines.0.price must be above 0", "lines.1.price must be at most 10"]),
        (
            ["id": "ab", "lines": [[:]], "kind": "b", "version": 2, "more": 1],
            ["kind must be one of \"a\", 1", "version must be 1", "more is not a known field"]
        ),
        (["id": "ab", "lines": [[:]], "count": 1.5], ["count must be integer or null"]),
        (
            ["id": "ab", "lines": [[:]], "count": 2.0, "either": "x", "not": 1],
            ["either fits 2 of the schemas of `oneOf`, and must fit one"]
        ),
        (
            ["id": "ab", "lines": [[:]], "either": 4, "not": nil],
            ["either fits 0 of the schemas of `oneOf`, and must fit one", "not fits the schema of `not`, and must not"]
        ),
    ]

    @Test(arguments: cases) func `data is held against every keyword`(data: JSON, messages: [String]) {
        #expect(EventSchema.violations(of: data, by: schema).map { "\($0.path) \($0.message)" } == messages)
    }

    @Test func `booleans are schemas`() {
        #expect(EventSchema.violations(of: 1, by: true) == [])
        #expect(EventSchema.violations(of: 1, by: false).map(\.message) == ["must not be there"])
    }

    @Test(arguments: ["pattern", "format", "$ref", "patternProperties", "unevaluatedProperties", "$id"])
    func `what cannot be enforced is refused`(keyword: String) {
        #expect(EventSchema.problems(in: .object(JSONObject([(keyword, JSON.string("x"))]))).map(\.path) == [[keyword]])
    }

    @Test func `a path made of the sender's long names is not copied for every element`() {
        let name = String(repeating: "k", count: 120_000)
        let data: JSON = .object(JSONObject([(name, .array(Array(repeating: "x", count: 100)))]))
        let schema: JSON = ["additionalProperties": ["items": ["type": "integer"]]]
        #expect(EventSchema.violations(of: data, by: schema).map(\.path) == Array(repeating: name, count: 20))
    }

    @Test func `very many violations of a large schema are not worked out beyond those that are told`() {
        let choices = JSON.array((0..<20).map { .string(String(repeating: "x", count: 3000) + "\($0)") })
        let schema: JSON = ["items": ["enum": choices]]
        let start = ContinuousClock.now
        #expect(EventSchema.violations(of: .array(Array(repeating: 1, count: 50_000)), by: schema).map(\.path) == (0..<20).map { "\($0)" })
        #expect(ContinuousClock.now - start < .seconds(2))
    }
}
