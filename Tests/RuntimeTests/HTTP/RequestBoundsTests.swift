import HTTPTypes
import Logging
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// What a request that is wrong in very many or very long ways is answered.
struct RequestBoundsTests {
    private let world: DeliveryWorld
    private let api: InProcessAPI

    init() throws {
        world = try DeliveryWorld()
        let engine = world.engine()
        let webhooks = WebhookEndpoints(
            store: world.store, engine: engine, policy: DeliveryWorld.policy, changed: { try await engine.refresh() })
        api = InProcessAPI(
            endpoints: webhooks.endpoints + EventEndpoints(store: world.store, engine: engine).endpoints,
            principal: Principal(subject: "user", workspace: .one("acme"), role: .member), clock: { .now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func post(_ path: String, _ body: JSON) async throws -> ManagementAnswer {
        try await api.send(ManagementRequest(.post, path, body: body))
    }

    private static let good: [(String, JSON)] = [("name", "Hook"), ("url", "https://a.example"), ("events", ["POST_FAILED"])]

    private func create(_ more: [(String, JSON)]) async throws -> ManagementAnswer {
        try await post("/api/integrations/webhooks", .object(JSONObject(Self.good + more)))
    }

    @Test func `a body of unknown fields is answered in a few kilobytes that say how many there are`() async throws {
        let answer = try await create((0..<30_000).map { ("f\($0)", 1) })
        #expect(answer.status == 422)
        #expect(answer.body.utf8.count < 8000)
        #expect(answer.body["details"]?.array?.count == 50)
        #expect(answer.body["moreDetails"] == 29_950)
        #expect(answer.body["message"] == "`f0` is not a field of this request, and 29999 more")
    }

    @Test func `unknown fields within an object are counted with the others`() async throws {
        let nested = JSON.object(JSONObject((0..<100).map { ("f\($0)", JSON.integer(1)) }))
        let answer = try await create([("retryConfig", nested), ("surprise", 1)])
        #expect(answer.body["details"]?.array?.count == 50)
        #expect(answer.body["moreDetails"] == 51)
    }

    @Test func `a name of any length is cut in the answer`() async throws {
        let answer = try await create([(String(repeating: "é", count: 50_000), 1)])
        #expect(answer.status == 422)
        #expect(answer.body.utf8.count < 3000)
        #expect(answer.body["details"]?.array?.first?["field"]?.string?.hasSuffix("é…") == true)
    }

    @Test func `very many fields take as long for each as few do`() async throws {
        func seconds(_ count: Int, _ field: String, _ value: (Int) -> JSON) async throws -> Double {
            let body = value(count)
            let start = ContinuousClock.now
            #expect(try await create([(field, body)]).status == 422)
            return (ContinuousClock.now - start) / .seconds(1)
        }
        func headers(_ count: Int) -> JSON { .object(JSONObject((0..<count).map { ("X-\($0)", "v") })) }
        func events(_ count: Int) -> JSON { .strings((0..<count).map { "E\($0)" }) }
        func retries(_ count: Int) -> JSON { .object(JSONObject((0..<count).map { ("r\($0)", 1) })) }
        for (field, value) in [("headers", headers), ("events", events), ("retryConfig", retries)] {
            let few = try await seconds(2000, field, value)
            // Ten times, with room for a busy machine; what compares each with all others takes a hundred.
            #expect(try await seconds(20_000, field, value) < max(few, 0.02) * 40)
        }
    }

    @Test func `lists and names have bounds`() async throws {
        let types = (0..<201).map { "E\($0)" }
        #expect(try await create([("events", .strings(types))]).body["message"] == "`events` has more than 200 entries")
        #expect(try await create([("events", ["POST_FAILED", "POST_FAILED"])]).body["message"] == "`events` names an event type twice")
        let headers = JSON.object(JSONObject((0..<51).map { ("X-\($0)", "v") }))
        #expect(try await create([("headers", headers)]).body["message"] == "`headers` has more than 50 entries")
        // One character to a reader, and 100,000 to whoever stores it.
        let name = "e" + String(repeating: "\u{301}", count: 100_000)
        #expect(try await create([("name", .string(name))]).body["message"] == "`name` must have at most 200 characters")
        #expect(KeyIssue.nameProblem(name) == "is longer than 100 characters")
    }

    @Test(arguments: [
        (#"9007199254740993.0"#, "data.n"), ("90071992547409930e-1", "data.n"), ("-9007199254740993", "data.n"), ("1e400", "data.n"),
    ])
    func `an integer in an event that JavaScript would change is 422 with its path, however it is written`(number: String, field: String)
        async throws
    {
        let events = EventEndpoints(store: world.store, engine: world.engine()).endpoints
        let send = try #require(events.first { $0.name == "sendEvent" })
        let call = Call(
            method: .post, body: Array(#"{"event": "POST_FAILED", "data": {"n": \#(number)}}"#.utf8),
            principal: Principal(subject: "user", workspace: .one("acme"), role: .member), now: .now)
        do {
            _ = try await send.handle(call)
            Issue.record("it was accepted")
        } catch let error as APIError {
            #expect(error.status == .unprocessableContent)
            #expect(error.details.map(\.field) == [field])
        }
    }
}
