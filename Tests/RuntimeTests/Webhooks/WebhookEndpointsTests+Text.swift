import HTTPTypes
import Logging
import Spec
import Testing
import Values

@testable import IntegrationRuntime

/// U+0000 in text that would be kept: a PostgreSQL database has no place for it, so no state takes it.
extension WebhookEndpointsTests {
    private func problem(_ field: String, _ message: String = "must not contain the character U+0000") -> JSON {
        [["field": .string(field), "message": .string(message)]]
    }

    @Test func `an id of an event with U+0000 is refused, and data with it is delivered as it was escaped`() async throws {
        _ = try await create()
        let refused = try await send(.post, "/api/events", ["event": "POST_PUBLISHED", "data": [:], "id": "a\u{0}b"])
        #expect(refused.status == 422)
        #expect(refused.body["details"] == problem("id"))
        let sent = try await send(.post, "/api/events", ["event": "POST_PUBLISHED", "data": ["a\u{0}": "b\u{0}"], "id": "ab"])
        #expect(sent.status == 202)
        let stored = try await send(.get, "/api/events/\(sent.body["id"]?.string ?? "")")
        #expect(stored.body["data"] == ["a\u{0}": "b\u{0}"])
    }

    @Test func `a webhook with U+0000 in a text is refused with the place`() async throws {
        for (field, value, place) in [
            ("name", "a\u{0}b", "name"), ("description", "a\u{0}b", "description"), ("secret", "whsec_a\u{0}b", "secret"),
        ] as [(String, JSON, String)] {
            let refused = try await create([(field, value)])
            #expect(refused.status == 422)
            #expect(refused.body["details"]?.array?.count == 1)
            #expect(refused.body["details"]?.array?.first?["field"]?.string == place)
        }
        let event = try await create([("events", ["POST_PUBLISHED", "POST\u{0}"])])
        #expect(event.status == 422)
        #expect(event.body["details"] == problem("events.1"))
        let name = try await create([("name", "a\u{0}b")])
        #expect(name.body["details"] == problem("name"))
    }

    @Test func `a workspace with U+0000 is refused for a token that spans all`() async throws {
        let all = InProcessAPI(
            endpoints: EventEndpoints(store: world.store, engine: engine).endpoints,
            principal: Principal(subject: "root", workspace: .all, role: .admin), clock: { .now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for (method, body) in [(.get, nil), (.post, ["event": "POST_PUBLISHED", "data": [:]])] as [(HTTPRequest.Method, JSON?)] {
            let refused = try await send(method, "/api/events", body, query: [("workspaceId", "acme\u{0}")], on: all)
            #expect(refused.status == 422)
            #expect(refused.body["details"] == problem("workspaceId"))
        }
    }
}
