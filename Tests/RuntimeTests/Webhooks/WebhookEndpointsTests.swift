import HTTPTypes
import Logging
import Reconciler
import Spec
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

struct WebhookEndpointsTests {
    let world: DeliveryWorld
    let engine: DeliveryEngine
    let api: InProcessAPI

    init() throws {
        world = try DeliveryWorld()
        let engine = world.engine()
        self.engine = engine
        api = Self.api(world, engine, Principal(subject: "user", workspace: .one("acme"), role: .member))
    }

    private static func api(_ world: DeliveryWorld, _ engine: DeliveryEngine, _ principal: Principal) -> InProcessAPI {
        let webhooks = WebhookEndpoints(
            store: world.store, engine: engine, policy: DeliveryWorld.policy, changed: { try await engine.refresh() })
        let groups: [any EndpointGroup] = [
            webhooks, DeliveryEndpoints(webhooks: webhooks), EventEndpoints(store: world.store, engine: engine),
        ]
        return InProcessAPI(
            endpoints: groups.flatMap(\.endpoints), principal: principal, clock: { .now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    var admin: InProcessAPI { Self.api(world, engine, Principal(subject: "root", workspace: .one("acme"), role: .admin)) }
    var stranger: InProcessAPI { Self.api(world, engine, Principal(subject: "other", workspace: .one("other"), role: .admin)) }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, query: [(name: String, value: String)] = [],
        on api: InProcessAPI? = nil
    )
        async throws -> ManagementAnswer
    {
        try await (api ?? self.api).send(ManagementRequest(method, path, query: query, body: body))
    }

    func create(_ change: [(String, JSON)] = []) async throws -> ManagementAnswer {
        let whole: JSON = ["name": "Hook", "url": "https://example.com/hook", "events": ["POST_PUBLISHED"]]
        var body = try #require(whole.object)
        for (name, value) in change { body[name] = value.isNull ? nil : value }
        return try await send(.post, "/api/integrations/webhooks", .object(body))
    }

    @Test func `an unknown event type gets the nearest one, on a webhook and on an event`() async throws {
        let made = try await create([("events", ["POST_PUBLISHD"])])
        #expect(made.status == 422)
        #expect(
            made.body["details"] == [
                [
                    "field": "events.0",
                    "message": "`POST_PUBLISHD` is no event type of this workspace: did you mean `POST_PUBLISHED`?",
                ]
            ])
        let sent = try await send(.post, "/api/events", ["event": "POST_PUBLISHD", "data": [:]])
        #expect(
            sent.body["message"] == "`event` `POST_PUBLISHD` is no event type of this workspace: did you mean `POST_PUBLISHED`?")
    }

    @Test func `a trial event satisfies the declared schema and says that it is one`() async throws {
        let schema: JSON = [
            "type": "object", "required": ["invoiceId"], "properties": ["invoiceId": ["type": "string", "minLength": 1]],
        ]
        let strict = schema.setting("additionalProperties", to: false)
        try await world.store.write { writing in
            for (name, schema) in [("INVOICE_PAID", schema), ("INVOICE_SENT", strict)] {
                try writing.insertResources([
                    ResourceRecord(
                        address: Address(workspace: "acme", kind: .event, name: name), id: "type-\(name)", owner: "", origin: .manifest,
                        preventDestroy: false, specText: (["description": "x", "schema": schema] as JSON).canonicalText,
                        source: SourceLocation(file: "m.yaml", line: 1, column: 1), changedBy: "test", changedAt: .now)
                ])
            }
            try writing.advanceSerial()
        }
        try await engine.refresh()
        let id = try #require(try await create([("events", ["INVOICE_PAID"])]).body["id"]?.string)
        func data(_ body: JSON?) async throws -> JSON? {
            let answer = try await send(.post, "/api/integrations/webhooks/\(id)/test", body)
            #expect(answer.status == 202, "\(answer.body.text)")
            return try await send(.get, "/api/events/\(answer.body["id"]?.string ?? "")").body["data"]
        }
        #expect(try await data(nil) == ["invoiceId": "example", "test": true])
        #expect(try await data(["event": "INVOICE_SENT"]) == ["invoiceId": "example"])
        #expect(try await data(["event": "POST_PUBLISHED"]) == ["test": true])
        #expect(try await data(["data": ["invoiceId": "i1"]]) == ["invoiceId": "i1"])
        let broken = try await send(.post, "/api/integrations/webhooks/\(id)/test", ["data": ["invoiceId": ""]])
        #expect(broken.status == 422)
        #expect(broken.body["details"]?.array?.first?["field"] == "data.invoiceId")
    }

    @Test func `creation shows the secret once, with the defaults filled in`() async throws {
        let made = try await create()
        #expect(made.status == 201)
        #expect(made.body["secret"]?.string?.hasPrefix("whsec_") == true)
        #expect(made.body["status"] == "ACTIVE")
        #expect(made.body["retryConfig"] == ["maxRetries": 3, "backoffMultiplier": 2, "initialDelay": "5s", "maxDelay": "12h"])
        let id = try #require(made.body["id"]?.string)
        let read = try await send(.get, "/api/integrations/webhooks/\(id)")
        #expect(read.status == 200)
        #expect(read.body["secret"] == nil)
        #expect(read.body["name"] == "Hook")
        let list = try await send(.get, "/api/integrations/webhooks")
        #expect(list.body["data"]?.array?.map { $0["id"]?.string } == [id])
        #expect(list.body["data"]?.array?.first?["secret"] == nil)
    }

    @Test func `a repeated event gets its first answer although a webhook was deleted meanwhile`() async throws {
        let ids = try await [create(), create([("events", ["*"])])].map { $0.body["id"]?.string ?? "" }
        let event: JSON = ["event": "POST_PUBLISHED", "data": ["a": 1], "id": "order-1"]
        let first = try await send(.post, "/api/events", event)
        #expect(first.status == 202)
        #expect(Set(first.body["deliveries"]?.array?.compactMap { $0["webhookId"]?.string } ?? []) == Set(ids))
        #expect(try await send(.delete, "/api/integrations/webhooks/\(ids[0])").status == 204)
        let again = try await send(.post, "/api/events", event)
        #expect(again.status == 202)
        #expect(again.body == first.body)
    }

    @Test(arguments: [
        ("url", #""http://example.com""#, "url"), ("url", #""https://10.0.0.1/""#, "url"), ("url", #""https://0x7f.1/""#, "url"),
        ("url", #""https://2130706433/""#, "url"), ("url", #""https://[::ffff:169.254.169.254]/""#, "url"),
        ("url", #""https://user:pass@example.com""#, "url"), ("url", #""nonsense""#, "url"), ("name", "null", "name"),
        ("events", "[]", "events"), ("events", #"["NOPE"]"#, "events.0"), ("events", #"["*", "POST_PUBLISHED"]"#, "events"),
        ("headers", #"{"Host": "x"}"#, "headers.Host"), ("headers", #"{"X-A": "a\nb"}"#, "headers.X-A"),
        ("headers", #"{"webhook-id": "x"}"#, "headers.webhook-id"), ("retryConfig", #"{"maxRetries": 101}"#, "retryConfig.maxRetries"),
        ("retryConfig", #"{"initialDelay": "2h", "maxDelay": "1h"}"#, "retryConfig.maxDelay"),
        ("retryConfig", #"{"nope": 1}"#, "retryConfig.nope"),
        ("status", #""DISABLED""#, "status"), ("secret", #""short""#, "secret"), ("surprise", "true", "surprise"),
    ])
    func `what is wrong is 422 and named`(field: String, value: String, named: String) async throws {
        let answer = try await create([(field, try JSON(parsing: value))])
        #expect(answer.status == 422)
        #expect(answer.body["code"] == "validation_failed")
        #expect(answer.body["details"]?.array?.map { $0["field"]?.string } == [named])
    }

    @Test func `an update changes what it names, and secret headers are never shown`() async throws {
        let id = try #require(try await create([("headers", ["X-Plain": "a", "Authorization": "Bearer canary-1"])]).body["id"]?.string)
        let path = "/api/integrations/webhooks/\(id)"
        let changed = try await send(.put, path, ["events": ["POST_FAILED"], "retryConfig": ["maxRetries": 7]])
        #expect(changed.status == 200)
        #expect(changed.body["events"] == ["POST_FAILED"])
        #expect(changed.body["retryConfig"]?["maxRetries"] == 7)
        #expect(changed.body["retryConfig"]?["initialDelay"] == "5s")
        #expect(changed.body["headers"] == ["X-Plain": "a", "Authorization": ["stored": true]])
        let webhook = try #require(WebhookID(id))
        #expect(engine.routes.routes[webhook]?.headers.first { $0.name == "Authorization" }?.value.reveal() == "Bearer canary-1")
        let kept = try await send(.put, path, ["headers": ["Authorization": ["stored": true]]])
        #expect(kept.status == 200)
        #expect(engine.routes.routes[webhook]?.headers.map { $0.value.reveal() } == ["Bearer canary-1"])
        _ = try await send(.put, path, ["headers": [:]])
        #expect(try await world.store.read { try $0.secrets(of: id) }.keys.sorted() == ["secret"])
    }

    @Test func `others' webhooks do not exist`() async throws {
        let id = try #require(try await create().body["id"]?.string)
        for method in [HTTPRequest.Method.get, .delete] {
            let answer = try await send(method, "/api/integrations/webhooks/\(id)", on: stranger)
            #expect(answer.status == 404)
            #expect(answer.body["code"] == "webhook_not_found")
        }
        #expect(try await send(.get, "/api/integrations/webhooks", on: stranger).body["data"] == [])
        #expect(try await send(.get, "/api/integrations/webhooks/nonsense").status == 404)
    }

    @Test func `deletion is 204, then 404`() async throws {
        let id = try #require(try await create().body["id"]?.string)
        #expect(try await send(.delete, "/api/integrations/webhooks/\(id)").status == 204)
        #expect(try await send(.delete, "/api/integrations/webhooks/\(id)").status == 404)
        #expect(engine.routes.routes.isEmpty)
    }

    @Test func `a declared webhook is changed by its manifest, by an admin's override, and enabled by anybody`() async throws {
        let source = SourceLocation(file: "hooks.yaml", line: 7, column: 1)
        let spec = WebhookSpec(name: "Declared", url: "https://example.com", events: ["*"])
        let id = WebhookID(at: .now)
        let record = ResourceRecord(
            address: Address(workspace: "acme", kind: .webhook, name: "declared"), id: id.text, owner: "", origin: .manifest,
            preventDestroy: false, specText: spec.json.canonicalText, source: source, changedBy: "apply", changedAt: .now)
        try await world.store.write { tx in
            try tx.insertResources([record])
            try tx.setSecret(Secret("whsec_AAECAwQFBgcICQoLDA0ODw=="), of: id.text, field: "secret", at: .now)
            _ = try tx.noteReceivers(
                [ReceiverOutcome(webhook: id, url: "https://example.com", failures: 1, failingSince: .now, refusal: "410")], longest: .zero,
                at: .now)
        }
        try await engine.refresh()
        let path = "/api/integrations/webhooks/\(id)"
        let refused = try await send(.put, path, ["name": "New"])
        #expect(refused.status == 409)
        #expect(refused.body["code"] == "managed_by_manifest")
        #expect(refused.body["message"]?.string?.contains("hooks.yaml:7") == true)
        #expect(try await send(.delete, path).status == 409)
        #expect(try await send(.put, path, ["name": "New"], query: [("override", "true")]).status == 403)
        #expect(try await send(.get, path).body["status"] == "DISABLED")
        #expect(try await send(.put, path, ["status": "ACTIVE"]).body["status"] == "ACTIVE")
        let overridden = try await send(.put, path, ["name": "New"], query: [("override", "true")], on: admin)
        #expect(overridden.status == 200)
        #expect(overridden.body["name"] == "New")
        #expect(overridden.body["managedBy"]?["file"] == "hooks.yaml")
    }

    @Test func `events are answered with their deliveries, and a repeated id with the same answer`() async throws {
        let webhook = try #require(try await create().body["id"]?.string)
        let first = try await send(.post, "/api/events", ["event": "POST_PUBLISHED", "data": ["a": 1], "id": "k-1"])
        #expect(first.status == 202)
        #expect(first.body["deliveries"]?.array?.map { $0["webhookId"]?.string } == [webhook])
        let again = try await send(.post, "/api/events", ["event": "POST_PUBLISHED", "data": ["a": 2], "id": "k-1"])
        #expect(again.status == 202)
        #expect(again.body == first.body)
        let event = try #require(first.body["id"]?.string)
        let read = try await send(.get, "/api/events/\(event)")
        #expect(read.body["data"] == ["a": 1])
        #expect(read.body["idempotencyKey"] == "k-1")
        #expect(try await send(.get, "/api/events/\(event)", on: stranger).status == 404)
        #expect(try await send(.get, "/api/events").body["data"]?.array?.count == 1)
        let delivery = try #require(first.body["deliveries"]?.array?.first?["id"]?.string)
        let path = "/api/integrations/webhooks/\(webhook)/deliveries"
        #expect(try await send(.get, path, query: [("status", "PENDING")]).body["data"]?.array?.map { $0["id"]?.string } == [delivery])
        #expect(try await send(.get, path, query: [("status", "DELIVERED")]).body["data"] == [])
        #expect(try await send(.get, path, query: [("status", "NOPE")]).status == 422)
        let shown = try await send(.get, "\(path)/\(delivery)")
        #expect(shown.body["status"] == "PENDING")
        #expect(shown.body["attempts"] == [])
        #expect(try await send(.post, "\(path)/\(delivery)/retry").status == 202)
        #expect(try await send(.get, "\(path)/\(DeliveryID(at: .now))").status == 404)
    }

    @Test(arguments: [
        (#"{"event": "NOPE", "data": {}}"#, "event"), (#"{"event": "POST_PUBLISHED"}"#, "data"),
        (#"{"event": "POST_PUBLISHED", "data": []}"#, "data"),
        (#"{"event": "POST_PUBLISHED", "data": {}, "id": ""}"#, "id"),
        (#"{"event": "INVOICE_PAID", "data": {"amount": "x", "invoiceId": "i"}}"#, "data.amount"),
    ])
    func `an event that cannot be taken is 422 and says why`(text: String, field: String) async throws {
        let schema: JSON = ["type": "object", "required": ["invoiceId"], "properties": ["amount": ["type": "number"]]]
        let record = ResourceRecord(
            address: Address(workspace: "acme", kind: .event, name: "INVOICE_PAID"), id: "event-1", owner: "", origin: .manifest,
            preventDestroy: false, specText: EventTypeSpec(description: "Paid", schema: schema).json.canonicalText,
            source: SourceLocation(file: "a.yaml", line: 1, column: 1), changedBy: "apply", changedAt: .now)
        try await world.store.write { try $0.insertResources([record]) }
        let answer = try await send(.post, "/api/events", try JSON(parsing: text))
        #expect(answer.status == 422)
        #expect(answer.body["details"]?.array?.map { $0["field"]?.string } == [field])
        #expect(try await send(.post, "/api/events", ["event": "INVOICE_PAID", "data": ["invoiceId": "i"]]).status == 202)
    }

    @Test func `an integer that JavaScript would change is 422 with its path`() async throws {
        let events = EventEndpoints(store: world.store, engine: engine)
        let endpoint = try #require(events.endpoints.first { $0.name == "sendEvent" })
        let call = Call(
            method: .post, headers: [.contentType: "application/json"],
            body: Array(#"{"event":"POST_PUBLISHED","data":{"list":[1,{"id":9007199254740993}]}}"#.utf8),
            principal: Principal(subject: "u", workspace: .one("acme"), role: .member), now: .now)
        let error = await #expect(throws: APIError.self) { _ = try await endpoint.handle(call) }
        #expect(error?.status == .unprocessableContent)
        #expect(error?.details.map(\.field) == ["data.list.1.id"])
    }

    @Test func `a look at the secret is answered and recorded`() async throws {
        let made = try await create()
        let id = try #require(made.body["id"]?.string)
        // Who is told nothing leaves no record of having been told.
        #expect(try await send(.get, "/api/integrations/webhooks/\(id)/secret", on: stranger).status == 404)
        #expect(try await send(.get, "/api/integrations/webhooks/\(id)/logs").body["data"]?.array?.isEmpty == true)
        #expect(try await send(.get, "/api/integrations/webhooks/\(id)/secret", on: admin).body["secret"] == made.body["secret"])
        let logs = try await send(.get, "/api/integrations/webhooks/\(id)/logs")
        #expect(logs.body["data"]?.array?.map { $0["action"] } == ["webhook.secret_shown"])
        #expect(logs.body["data"]?.array?.first?["actor"] == "root")
        #expect(try await send(.get, "/api/integrations/webhooks/\(id)/logs", on: stranger).status == 404)
        #expect(try await send(.get, "/api/integrations/webhooks/\(id)/logs", query: [("cursor", "zzz")]).status == 422)
    }

    @Test func `a rotated secret signs beside the old one`() async throws {
        let made = try await create()
        let (id, old) = (try #require(made.body["id"]?.string), try #require(made.body["secret"]?.string))
        let rotated = try await send(.post, "/api/integrations/webhooks/\(id)/rotate-secret", ["overlap": "1h"])
        let new = try #require(rotated.body["secret"]?.string)
        #expect(new != old)
        let webhook = try #require(WebhookID(id))
        let signer = try #require(engine.routes.routes[webhook]?.signer)
        let now = Timestamp.now
        let of = { (secret: String) in WebhookSigner(secret: Secret(secret)).headers(id: "e", body: [], at: now) }
        let headers = signer.headers(id: "e", body: [], at: now)
        #expect(headers[0].value == of(old)[0].value)
        #expect(headers[3].value == "\(of(new)[3].value) \(of(old)[3].value)")
    }

    @Test func `a trial event goes to one webhook, and replaying sends again what ended`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        let id = try await world.addWebhook(receiver.url, events: ["POST_FAILED"])
        try await world.addWebhook(receiver.url + "/other")
        let world = world
        try await world.running(engine) {
            let answer = try await send(.post, "/api/integrations/webhooks/\(id)/test")
            #expect(answer.status == 202)
            let delivery = try #require(answer.body["deliveries"]?.array?.first?["id"]?.string.flatMap { DeliveryID($0) })
            #expect(try await world.delivery(delivery) { $0.status != .pending }?.status == .delivered)
            #expect(receiver.requests.map(\.path) == ["/"])
            let replayed = try await send(.post, "/api/integrations/webhooks/\(id)/replay", ["status": "DELIVERED"])
            #expect(replayed.body == ["count": 1])
            #expect(try await world.delivery(delivery) { $0.attempts == 2 }?.status == .delivered)
        }
        await receiver.stop()
    }
}
