import Spec
import Testing
import Values

struct EventSampleTests {
    private static let cases: [(schema: JSON, sample: JSON?)] = [
        ([:], [:]), (true, [:]),
        (
            [
                "type": "object", "required": ["invoiceId", "amount", "currency", "lines", "paid"],
                "properties": [
                    "invoiceId": ["type": "string", "minLength": 9], "amount": ["type": "number", "exclusiveMinimum": 0],
                    "currency": ["enum": ["EUR", "USD"]], "note": ["type": "string"], "paid": ["type": "boolean"],
                    "lines": ["type": "array", "minItems": 1, "items": ["type": "string", "maxLength": 2]],
                ],
            ],
            ["invoiceId": "examplexx", "amount": 1, "currency": "EUR", "lines": ["ex"], "paid": true]
        ),
        (["required": ["a"], "properties": ["a": ["default": 7]]], ["a": 7]),
        (["allOf": [["required": ["a"]], ["required": ["b"], "properties": ["b": ["const": 1]]]]], ["a": "example", "b": 1]),
        (["oneOf": [["required": ["a"]], ["required": ["b"]]]], ["a": "example"]),
        (["required": ["a"], "properties": ["a": ["type": "integer", "minimum": 3, "maximum": 2]]], .none),
        (false, .none),
    ]

    @Test(arguments: cases.indices)
    func `a sample satisfies its schema, and there is none where none is found`(index: Int) {
        let (schema, sample) = Self.cases[index]
        #expect(EventSchema.sample(of: schema) == sample)
    }

    /// Each would take a hundred to the power of its depth, were it made whole.
    @Test func `a schema that asks for too much has no sample, and says so at once`() {
        var lists: JSON = ["type": "string"]
        for _ in 0..<12 { lists = ["type": "array", "minItems": 100, "items": lists] }
        #expect(EventSchema.sample(of: lists) == .none)
        var repeated: JSON = ["type": "string"]
        let names = JSON.strings(Array(repeating: "a", count: 100))
        for _ in 0..<12 { repeated = ["required": names, "properties": ["a": repeated]] }
        #expect(EventSchema.sample(of: repeated) != .none)
        let texts: JSON = [
            "type": "array", "minItems": 100,
            "items": ["type": "array", "minItems": 100, "items": ["type": "string", "minLength": 10_000]],
        ]
        #expect(EventSchema.sample(of: texts) == .none)
    }
}
