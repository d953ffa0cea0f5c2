import HTTPTypes
import Testing
import Values

@testable import IntegrationRuntime

/// U+0000 in text about keys: refused where it would be kept, and no error where it is only asked about.
extension KeyEndpointsTests {
    @Test(arguments: [
        ("name", "must not contain the character U+0000"), ("policy", "must not contain the character U+0000"),
        ("owner", "must not contain the character U+0000"),
    ])
    func `a key with U+0000 in a text is refused with the place`(field: String, message: String) async throws {
        let world = try await KeyWorld()
        var body: JSON = ["name": "Key"]
        body = body.with(field, "a\u{0}b")
        let reply = try await world.call(.post, KeyEndpoints.path, body: body)
        #expect(reply.status == .unprocessableContent)
        #expect(reply.json?["details"] == [["field": .string(field), "message": .string(message)]])
    }

    @Test func `a presented key with U+0000 gets the answer of any malformed key`() async throws {
        let world = try await KeyWorld()
        let reply = try await world.call(
            .post, "\(KeyEndpoints.path)/verify", body: ["key": "sk_live_a\u{0}b", "scopes": ["posts:read\u{0}"]])
        #expect(reply.status == .ok)
        #expect(reply.json?["code"]?.string == "MALFORMED")
    }
}
