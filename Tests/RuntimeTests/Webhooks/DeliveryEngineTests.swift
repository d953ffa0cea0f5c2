import Curl
import Foundation
import OpenSSL
import Spec
import Store
import Synchronization
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

struct DeliveryEngineTests {
    private let world: DeliveryWorld

    init() throws {
        world = try DeliveryWorld()
    }

    @Test func `an event reaches its webhook signed, once, and is recorded`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200, body: Array("thanks".utf8)) }
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let webhook = try await world.addWebhook(
            receiver.url + "/hook", events: ["POST_PUBLISHED"], headers: [.init(name: "X-Custom", value: .text("v"))])
        try await world.addWebhook(receiver.url + "/other", events: ["POST_FAILED"])
        let engine = world.engine()
        let world = world
        let stored = try await world.running(engine) {
            let stored = try await engine.post("POST_PUBLISHED", ["b": 1, "2": "é", "1": 1e21])
            _ = try await world.delivery(stored.deliveries[0].id) { $0.status == .delivered }
            return stored
        }
        #expect(stored.deliveries.map(\.webhookID) == [webhook])
        #expect(receiver.requests.count == 1)
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/hook")
        #expect(request.header("X-Custom") == "v")
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.text.hasPrefix(#"{"event":"POST_PUBLISHED","timestamp":""#))
        #expect(request.text.hasSuffix(#"","workspaceId":"acme","data":{"1":1e+21,"2":"é","b":1}}"#))
        #expect(request.header("X-Webhook-Signature") == Hex.encode(HMACSHA256(key: Array(secret.utf8)).authenticate(request.body)))
        #expect(request.header("webhook-id") == stored.id.text)
        let seconds = try #require(request.header("webhook-timestamp").flatMap { Int64($0) })
        let expected = WebhookSigner(secret: Secret(secret)).headers(
            id: stored.id.text, body: request.body, at: Timestamp(seconds: seconds))
        #expect(request.header("webhook-signature") == expected.last?.value)
        let record = try #require(try await world.store.read { try $0.delivery(stored.deliveries[0].id) })
        #expect(record.status == .delivered)
        let attempts = try await world.store.read { try $0.attempts(of: record.id) }
        #expect(attempts.map(\.statusCode) == [200])
        #expect(attempts.map(\.response) == ["thanks"])
        await receiver.stop()
    }

    @Test func `failures are retried on schedule until the budget is spent`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(500, body: Array("no".utf8)) }
        try await world.addWebhook(receiver.url, retry: .init(maxRetries: 2, initialDelay: .milliseconds(40), maxDelay: .seconds(1)))
        let engine = world.engine()
        let world = world
        let record = try await world.running(engine) {
            let stored = try await engine.post()
            return try await world.delivery(stored.deliveries[0].id) { $0.status != .pending }
        }
        #expect(record?.status == .exhausted)
        #expect(record?.reason == "the receiver answered 500")
        #expect(receiver.requests.count == 3)
        let gaps = zip(receiver.requests.dropFirst(), receiver.requests).map { $0.moment - $1.moment }
        #expect(gaps[0] >= .milliseconds(40) && gaps[1] >= .milliseconds(80))
        #expect(Set(receiver.requests.compactMap { $0.header("webhook-id") }).count == 1)
        await receiver.stop()
    }

    @Test(arguments: [
        (ScriptedReceiver.Reply.hang, "timeout"), (.drip(every: .milliseconds(20)), "timeout"), (.reset, "connection_reset"),
        (.garbage, "invalid_response"),
    ])
    func `a receiver that misbehaves fails the attempt with its kind`(reply: ScriptedReceiver.Reply, kind: String) async throws {
        let receiver = try await ScriptedReceiver.start { _ in reply }
        try await world.addWebhook(receiver.url, retry: .init(maxRetries: 0))
        let engine = world.engine { $0.requestTimeout = .milliseconds(300) }
        let world = world
        let record = try await world.running(engine) {
            let stored = try await engine.post()
            return try await world.delivery(stored.deliveries[0].id) { $0.status != .pending }
        }
        #expect(record?.status == .exhausted)
        #expect(record?.reason == kind)
        await receiver.stop()
    }

    @Test func `a redirect is a failure and five megabytes are cut`() async throws {
        let receiver = try await ScriptedReceiver.start { request in
            request.path == "/moved"
                ? .respond(301, headers: [("Location", "/new")]) : .respond(200, body: Array(repeating: 65, count: 5 << 20))
        }
        let moved = try await world.addWebhook(receiver.url + "/moved", events: ["POST_FAILED"], retry: .init(maxRetries: 0))
        try await world.addWebhook(receiver.url + "/big", events: ["POST_PUBLISHED"], retry: .init(maxRetries: 0))
        let engine = world.engine()
        let world = world
        let (first, second) = try await world.running(engine) {
            let first = try await engine.post("POST_FAILED")
            let second = try await engine.post("POST_PUBLISHED")
            return (
                try await world.delivery(first.deliveries[0].id) { $0.status != .pending },
                try await world.delivery(second.deliveries[0].id) { $0.status != .pending }
            )
        }
        #expect(first?.webhookID == moved)
        #expect(first?.status == .exhausted)
        #expect(first?.reason == "the receiver answered 301; redirects are not followed")
        #expect(!receiver.requests.contains { $0.path == "/new" })
        #expect(second?.status == .delivered)
        let id = try #require(second?.id)
        #expect(try await world.store.read { try $0.attempts(of: id) }.first?.response?.utf8.count == 4096)
        await receiver.stop()
    }

    @Test func `410 disables the webhook, parks what follows, and enabling resumes it`() async throws {
        let gone = Atomic<Bool>(true)
        let receiver = try await ScriptedReceiver.start { _ in gone.load(ordering: .relaxed) ? .respond(410) : .respond(200) }
        let webhook = try await world.addWebhook(receiver.url)
        let engine = world.engine()
        let world = world
        try await world.running(engine) {
            let first = try await engine.post()
            #expect(try await world.delivery(first.deliveries[0].id) { $0.status != .pending }?.status == .exhausted)
            for _ in 0..<2000 where engine.routes.routes[webhook]?.parkedReason == nil { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try await world.store.read { try $0.webhook(webhook) }?.disabledReason == "the receiver answered 410 Gone")
            let second = try await engine.post()
            let parked = try #require(try await world.store.read { try $0.delivery(second.deliveries[0].id) })
            #expect(parked.status == .pending)
            #expect(parked.dueAt == nil)
            #expect(parked.reason == "the webhook is disabled: the receiver answered 410 Gone")
            gone.store(false, ordering: .relaxed)
            try await world.store.write { try $0.enableWebhook(webhook) }
            try await engine.refresh()
            #expect(try await world.delivery(second.deliveries[0].id) { $0.status != .pending }?.status == .delivered)
        }
        #expect(receiver.requests.count == 2)
        await receiver.stop()
    }

    @Test func `Retry-After puts the next attempt off`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(503, headers: [("Retry-After", "3600")]) }
        try await world.addWebhook(receiver.url)
        let engine = world.engine()
        let world = world
        let record = try await world.running(engine) {
            let stored = try await engine.post()
            return try await world.delivery(stored.deliveries[0].id) { $0.attempts == 1 }
        }
        let due = try #require(record?.dueAt)
        #expect(due - Timestamp.now > .seconds(3500))
        await receiver.stop()
    }

    @Test func `an address that is not open is refused, and the record says so`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        try await world.addWebhook(receiver.url, retry: .init(maxRetries: 0))
        let engine = world.engine { $0.policy = AddressPolicy() }
        let world = world
        let record = try await world.running(engine) {
            let stored = try await engine.post()
            return try await world.delivery(stored.deliveries[0].id) { $0.status != .pending }
        }
        let id = try #require(record?.id)
        let error = try await world.store.read { try $0.attempts(of: id) }.first?.error
        #expect(error?.hasPrefix("address_refused: 127.0.0.1 is a special-purpose address (loopback)") == true)
        #expect(receiver.connections == 0)
        await receiver.stop()
    }

    @Test func `a paused webhook misses nothing`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        let webhook = try await world.addWebhook(receiver.url, status: .paused)
        let engine = world.engine()
        let world = world
        try await world.running(engine) {
            let stored = try await engine.post()
            #expect(try await world.store.read { try $0.delivery(stored.deliveries[0].id) }?.reason == "the webhook is paused")
            let record = try #require(try await world.store.read { try $0.webhook(webhook) })
            var spec = record.spec
            spec.status = .active
            let active = spec
            try await world.store.write { try $0.updateWebhook(webhook, spec: active, clearsDisabled: true, at: .now, by: "test") }
            try await engine.refresh()
            #expect(try await world.delivery(stored.deliveries[0].id) { $0.status != .pending }?.status == .delivered)
        }
        await receiver.stop()
    }

    @Test func `what another process stored is delivered when it is noticed`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        try await world.addWebhook(receiver.url)
        let engine = world.engine()
        let other = world.engine(on: try Store(at: world.store.location, mode: .existing, keyring: DeliveryWorld.keyring.get()))
        let world = world
        try await world.running(engine) {
            let stored = try await other.post()
            try await engine.stateChanged(try await world.store.read { try $0.stateSerial() })
            #expect(try await world.delivery(stored.deliveries[0].id) { $0.status != .pending }?.status == .delivered)
        }
        await receiver.stop()
    }

    @Test func `a black hole does not hold up the others`() async throws {
        let receiver = try await ScriptedReceiver.start { request in request.path == "/hole" ? .hang : .respond(200) }
        try await world.addWebhook(receiver.url + "/hole", events: ["POST_FAILED"])
        for number in 0..<9 { try await world.addWebhook(receiver.url + "/\(number)", events: ["POST_PUBLISHED"]) }
        let engine = world.engine {
            $0.requestTimeout = .seconds(30)
            $0.grace = .zero
            $0.limits.underWay = 64
            $0.limits.heldPerLane = 64
        }
        let world = world
        try await world.running(engine) {
            try await withThrowingTaskGroup { group in
                for _ in 0..<500 { group.addTask { _ = try await engine.post("POST_FAILED") } }
                try await group.waitForAll()
            }
            let start = ContinuousClock.now
            let stored = try await engine.post("POST_PUBLISHED")
            #expect(stored.deliveries.count == 9)
            for delivery in stored.deliveries {
                #expect(try await world.delivery(delivery.id) { $0.status != .pending }?.status == .delivered)
            }
            // A hole holds its slots for thirty seconds; the other suites hold the processor for some.
            #expect(ContinuousClock.now - start < .seconds(10))
        }
        await receiver.stop()
    }

    @Test func `more than fits into memory is delivered all the same`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        try await world.addWebhook(receiver.url)
        let engine = world.engine {
            $0.limits.heldPerLane = 8
            $0.limits.underWayPerLane = 4
        }
        let world = world
        try await world.running(engine) {
            try await withThrowingTaskGroup { group in
                for number in 0..<400 { group.addTask { _ = try await engine.post("POST_PUBLISHED", ["n": .integer(number)]) } }
                try await group.waitForAll()
            }
            await receiver.waitForRequests(400)
        }
        #expect(Set(receiver.requests.map(\.text)).count == 400)
        #expect(receiver.requests.count == 400)
        #expect(try await world.store.read { try $0.nextDueTimes() }.isEmpty)
        await receiver.stop()
    }

    @Test func `fifty callers with one key make one delivery`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        try await world.addWebhook(receiver.url)
        let engine = world.engine()
        let world = world
        let answers = try await world.running(engine) {
            let answers = try await withThrowingTaskGroup(of: StoredEvent.self) { group in
                for _ in 0..<50 { group.addTask { try await engine.post(key: "once") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            _ = try await world.delivery(answers[0].deliveries[0].id) { $0.status == .delivered }
            return answers
        }
        #expect(Set(answers.map(\.id)).count == 1)
        #expect(Set(answers.flatMap { $0.deliveries.map(\.id) }).count == 1)
        #expect(receiver.requests.count == 1)
        await receiver.stop()
    }

    @Test func `a shutdown waits for what is under way and gives back the rest`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200, after: .seconds(2)) }
        try await world.addWebhook(receiver.url)
        let engine = world.engine {
            $0.limits.underWayPerLane = 1
            // A busy machine may take long over the two seconds.
            $0.grace = .seconds(30)
        }
        let world = world
        let (first, second) = try await world.running(engine) {
            let first = try await engine.post()
            let second = try await engine.post()
            await receiver.waitForRequests(1)
            return (first, second)
        }
        #expect(try await world.store.read { try $0.delivery(first.deliveries[0].id) }?.status == .delivered)
        let left = try #require(try await world.store.read { try $0.delivery(second.deliveries[0].id) })
        #expect(left.status == .pending)
        #expect(!left.isUnderWay)
        #expect(left.attempts == 0)
        #expect(left.dueAt != nil)
        #expect(receiver.requests.count == 1)
        await receiver.stop()
    }

    @Test func `after a crash everything that was accepted is delivered`() async throws {
        let receiver = try await ScriptedReceiver.start { request in request.path == "/slow" ? .hang : .respond(200) }
        try await world.addWebhook(receiver.url + "/slow", events: ["POST_FAILED"])
        let engine = world.engine { $0.grace = .zero }
        let world = world
        let image = TemporaryFolder("image")
        let (crashed, events) = try await world.running(engine) {
            var events: [StoredEvent] = []
            for _ in 0..<20 { events.append(try await engine.post("POST_FAILED")) }
            await receiver.waitForRequests(5)
            // What a crash would leave: the committed state, with attempts under way.
            return (try TestState(copying: world.folder.state, in: image), events)
        }
        await receiver.stop()
        let healthy = try await ScriptedReceiver.start(port: 0) { _ in .respond(200) }
        let store = try Store(state: crashed.location, mode: .existing, keyring: DeliveryWorld.keyring.get())
        #expect(try await store.read { try $0.delivery(events[0].deliveries[0].id) }?.isUnderWay == true)
        let webhook = events[0].deliveries[0].webhookID
        let record = try #require(try await store.read { try $0.webhook(webhook) })
        var spec = record.spec
        spec.url = healthy.url
        let moved = spec
        try await store.write { try $0.updateWebhook(webhook, spec: moved, clearsDisabled: false, at: .now, by: "test") }
        let second = world.engine(on: store)
        try await world.running(second) { await healthy.waitForRequests(20) }
        #expect(Set(healthy.requests.compactMap { $0.header("webhook-id") }) == Set(events.map(\.id.text)))
        for event in events {
            let record = try await store.read { try $0.delivery(event.deliveries[0].id) }
            #expect(record?.status == .delivered)
            #expect(record?.attempts == 1)
        }
        await healthy.stop()
    }
}
