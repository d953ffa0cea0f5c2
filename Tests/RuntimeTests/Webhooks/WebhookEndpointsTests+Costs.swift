import Testing
import Values

@testable import IntegrationRuntime

extension WebhookEndpointsTests {
    @Test func `of many unknown event types the first few get the nearest one, since each search costs`() async throws {
        let types = (1...100).map { "POST_PUBLISHE\($0)" }
        let made = try await create([("events", .strings(types))])
        #expect(made.status == 422)
        let messages = (made.body["details"]?.array ?? []).compactMap { $0["message"]?.string }
        #expect(messages.count == 50)
        #expect(made.body["moreDetails"] == 50)
        #expect(messages.filter { $0.hasSuffix("did you mean `POST_PUBLISHED`?") } == Array(messages.prefix(5)))
        #expect(messages.last == "`POST_PUBLISHE50` is no event type of this workspace")
    }
}
