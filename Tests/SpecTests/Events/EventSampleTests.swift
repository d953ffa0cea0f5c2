import Spec
import Testing

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
}
