import Testing
import Values

@testable import IntegrationRuntime

struct FieldsTests {
    @Test func `a text with U+0000, which not every state can keep, is refused by its name, alone and in a list`() throws {
        var fields = try Fields(["name": "a\u{0}b", "events": ["A", "B\u{0}"]])
        #expect(fields.string("name") == nil)
        var checked: [String] = []
        _ = fields.strings("events") { text in
            checked.append(text)
            return nil
        }
        #expect(checked == ["A"])
        #expect(
            fields.problems.map { "\($0.field): \($0.message)" } == [
                "name: must not contain the character U+0000", "events.1: must not contain the character U+0000",
            ])
    }
}
