import HTTPTypes
import Logging
import Spec
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// How large a page of a list can become, and that nothing is lost between pages that end early.
struct ListBoundsTests {
    private let world: DeliveryWorld
    private let api: InProcessAPI
    private let webhook: WebhookID

    init() async throws {
        world = try DeliveryWorld()
        let engine = world.engine()
        webhook = try await world.addWebhook("https://a.example")
        let webhooks = WebhookEndpoints(
            store: world.store, engine: engine, policy: DeliveryWorld.policy, changed: { try await engine.refresh() })
        let groups: [any EndpointGroup] = [
            webhooks, DeliveryEndpoints(webhooks: webhooks), EventEndpoints(store: world.store, engine: engine),
        ]
        api = InProcessAPI(
            endpoints: groups.flatMap(\.endpoints), principal: Principal(subject: "user", workspace: .one("acme"), role: .member),
            clock: { .now }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func get(_ path: String, _ query: [(name: String, value: String)] = []) async throws -> JSON {
        try await api.json(ManagementRequest(.get, path, query: query))
    }

    /// Every page to the end, none of them larger than the bound and one item.
    private func pages(_ path: String, _ query: [(name: String, value: String)], atMost bytes: Int) async throws -> [[JSON]] {
        var pages: [[JSON]] = []
        var cursor: String?
        repeat {
            let page = try await get(path, query + (cursor.map { [(name: "cursor", value: $0)] } ?? []))
            #expect(page.utf8.count <= bytes)
            let items = try #require(page["data"]?.array)
            #expect(!items.isEmpty)
            pages.append(items)
            cursor = page["nextCursor"]?.string
        } while cursor != nil && pages.count < 1000
        return pages
    }

    /// Events with one delivery each that was attempted so many times.
    private func store(_ count: Int, bytes: Int, attempts: Int = 0, response: String? = nil) async throws {
        let webhook = webhook
        try await world.store.write { tx in
            for number in 0..<count {
                let moment = Timestamp(milliseconds: 1_770_000_000_000 + Int64(number))
                let data: JSON = ["n": .integer(number), "text": .string(String(repeating: "x", count: bytes))]
                let event = NewEvent(
                    id: EventID(at: moment), workspace: "acme", type: "POST_PUBLISHED", idempotencyKey: nil,
                    body: EventPayload.text(type: "POST_PUBLISHED", workspace: "acme", data: data, at: moment), createdAt: moment)
                let delivery = NewDelivery(id: DeliveryID(at: moment), webhookID: webhook, retries: 3, state: .claimed("test"))
                _ = try tx.storeEvent(event, deliveries: [delivery])
                for _ in 0..<attempts {
                    let claimed = ClaimedDelivery(
                        id: delivery.id, eventID: event.id, webhookID: webhook, claim: "test", attempts: 0, retriesLeft: 3, body: [])
                    let attempt = DeliveryAttempt(
                        number: 0, at: moment, duration: .milliseconds(1), statusCode: 500, error: nil, response: response)
                    try tx.settleDeliveries([.attempted(claimed, attempt, then: .retry(at: moment, reason: "500"))])
                    try tx.claimAnew(delivery.id)
                }
            }
        }
    }

    @Test func `a list of large events leaves the data out, and one event alone has it`() async throws {
        try await store(60, bytes: 248_000)
        let page = try await get("/api/events", [("limit", "200")])
        #expect(page.utf8.count < 60_000)
        let items = try #require(page["data"]?.array)
        #expect(items.count == 60)
        #expect(items.allSatisfy { $0["data"] == nil && $0["event"] == "POST_PUBLISHED" && $0["timestamp"] != nil })
        #expect(page["nextCursor"] == JSON.null)
        let id = try #require(items.first?["id"]?.string)
        #expect(try await get("/api/events/\(id)")["data"]?["text"]?.string?.utf8.count == 248_000)
    }

    @Test func `with bodies a page ends where its items reach the bound, and the cursor goes on from there`() async throws {
        try await store(10, bytes: 248_000)
        let pages = try await pages("/api/events", [("limit", "200"), ("include", "body")], atMost: (1 << 20) + 1000)
        #expect(pages.map(\.count) == [4, 4, 2])
        #expect(pages.flatMap { $0 }.compactMap { $0["data"]?["n"]?.integer } == Array((0..<10).reversed()))
    }

    @Test func `one item is shown however large it is`() async throws {
        try await store(2, bytes: 3 << 20)
        let pages = try await pages("/api/events", [("include", "body")], atMost: 4 << 20)
        #expect(pages.map(\.count) == [1, 1])
    }

    @Test func `another include is 422`() async throws {
        let answer = try await api.send(ManagementRequest(.get, "/api/events", query: [("include", "everything")]))
        #expect(answer.status == 422)
        #expect(answer.body["details"]?.array?.first?["field"] == "include")
    }

    @Test func `deliveries come with their attempts but not with what receivers answered, unless asked for`() async throws {
        try await store(3, bytes: 1, attempts: 2, response: String(repeating: "r", count: 4000))
        let path = "/api/integrations/webhooks/\(webhook)/deliveries"
        let plain = try #require(try await get(path)["data"]?.array)
        #expect(plain.map { $0["attempts"]?.array?.map { $0["number"]?.integer } } == Array(repeating: [1, 2], count: 3))
        #expect(plain.allSatisfy { $0["status"] == "PENDING" && $0["attempts"]?.array?.allSatisfy { $0["response"] == nil } == true })
        let full = try #require(try await get(path, [("include", "body")])["data"]?.array)
        #expect(full.allSatisfy { $0["attempts"]?.array?.allSatisfy { $0["response"]?.string?.utf8.count == 4000 } == true })
        let id = try #require(plain.first?["id"]?.string)
        #expect(try await get("\(path)/\(id)")["attempts"]?.array?.first?["response"]?.string?.utf8.count == 4000)
    }

    @Test func `attempts count towards the bound of a page, and a delivery is never shown without those that belong to it`() async throws {
        try await store(12, bytes: 1, attempts: 100, response: String(repeating: "r", count: 4096))
        let path = "/api/integrations/webhooks/\(webhook)/deliveries"
        let pages = try await pages(path, [("limit", "200"), ("include", "body")], atMost: (1 << 20) + 500_000)
        #expect(pages.count > 4)
        let all = pages.flatMap { $0 }
        #expect(all.count == 12)
        #expect(Set(all.compactMap { $0["id"]?.string }).count == 12)
        #expect(all.allSatisfy { $0["attempts"]?.array?.count == 100 })
    }

    @Test func `of a delivery that was attempted very often the newest attempts are shown`() async throws {
        try await store(1, bytes: 1, attempts: 300)
        let path = "/api/integrations/webhooks/\(webhook)/deliveries"
        let listed = try #require(try await get(path)["data"]?.array?.first)
        #expect(listed["attemptCount"] == 300)
        #expect(listed["attempts"]?.array?.compactMap { $0["number"]?.integer } == Array(181...300))
        let id = try #require(listed["id"]?.string)
        #expect(try await get("\(path)/\(id)")["attempts"]?.array?.compactMap { $0["number"]?.integer } == Array(181...300))
    }

    @Test func `a page of webhooks with large headers ends early too`() async throws {
        let headers = (0..<50).map { WebhookSpec.Header(name: "X-\($0)", value: .text(String(repeating: "v", count: 4000))) }
        for _ in 0..<12 { try await world.addWebhook("https://a.example", headers: headers) }
        let pages = try await pages("/api/integrations/webhooks", [("limit", "200")], atMost: (1 << 20) + 1000)
        #expect(pages.count == 3)
        #expect(pages.flatMap { $0 }.count == 13)
    }

    @Test func `whoever has gone gets no further work`() async throws {
        try await store(3, bytes: 1)
        let list = try #require(
            EventEndpoints(store: world.store, engine: world.engine()).endpoints.first { $0.name == "listEvents" })
        var call = Call(
            method: .get, principal: Principal(subject: "user", workspace: .one("acme"), role: .member), now: .now)
        #expect(try await list.handle(call).status == .ok)
        call.isAbandoned = { true }
        let reply = try await list.handle(call)
        #expect(reply.status == .serviceUnavailable)
        #expect(reply.json == nil)
    }
}

extension Writing {
    /// As a worker holds it for its next attempt.
    fileprivate func claimAnew(_ delivery: DeliveryID) throws {
        _ = try claimDeliveries(
            [DueDeliveries(webhook: try webhookOf(delivery), limit: 1000)], due: Timestamp(milliseconds: .max), claim: "test")
    }

    private func webhookOf(_ delivery: DeliveryID) throws -> WebhookID {
        guard let record = try self.delivery(delivery) else { throw StoreError(code: .notAState, message: "gone") }
        return record.webhookID
    }
}
