import Store
import Synchronization
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// One workspace's backlog, seen from another's deliveries.
@Suite(.serialized)
struct DeliveryIsolationTests {
    private let world: DeliveryWorld

    init() throws {
        world = try DeliveryWorld()
    }

    /// Deliveries that are due, as a receiver leaves behind that was away for long.
    private func addBacklog(of webhook: WebhookID, workspace: String, events: Int, each count: Int) async throws {
        let now = Timestamp.now
        for number in 0..<events {
            let event = NewEvent(
                id: EventID(at: now), workspace: workspace, type: "POST_PUBLISHED", idempotencyKey: nil,
                body: EventPayload.text(type: "POST_PUBLISHED", workspace: workspace, data: ["n": .integer(number)], at: now),
                createdAt: now)
            let deliveries = (0..<count).map { _ in
                NewDelivery(id: DeliveryID(at: now), webhookID: webhook, retries: 3, state: .due)
            }
            _ = try await world.store.write { try $0.storeEvent(event, deliveries: deliveries) }
        }
    }

    /// Times from handing an event in to its arrival, sorted.
    private func arrivals(_ count: Int, _ engine: DeliveryEngine, at receiver: ScriptedReceiver) async throws -> [Duration] {
        var times: [Duration] = []
        for _ in 0..<count {
            let start = ContinuousClock.now
            let before = receiver.requests.count
            _ = try await engine.post(workspace: "other")
            await receiver.waitForRequests(before + 1)
            if let last = receiver.requests.last { times.append(last.moment - start) }
            try await Task.sleep(for: .milliseconds(10))
        }
        return times.sorted()
    }

    @Test(.timeLimit(.minutes(2)))
    func `a hundred thousand due deliveries of one workspace leave another's on time`() async throws {
        let (busy, quiet) = (
            try await ScriptedReceiver.start(keepsRequests: false) { _ in .respond(200, after: .milliseconds(20)) },
            try await ScriptedReceiver.start { _ in .respond(200) }
        )
        let backlog = try await world.addWebhook(busy.url, workspace: "backlog")
        try await world.addWebhook(quiet.url, workspace: "other")
        let engine = world.engine { $0.grace = .zero }
        let world = world
        try await world.running(engine) {
            _ = try await arrivals(20, engine, at: quiet)
            let idle = try await arrivals(150, engine, at: quiet)
            try await addBacklog(of: backlog, workspace: "backlog", events: 100, each: 1000)
            try await engine.stateChanged(try await world.store.read { try $0.stateSerial() })
            while try await world.store.read({ try $0.pendingDeliveryCounts(of: [backlog])[backlog] ?? 0 }) > 99_700 {
                try await Task.sleep(for: .milliseconds(5))
            }
            // What was claimed before the other workspace came is sent first.
            _ = try await arrivals(50, engine, at: quiet)
            // A machine that does other things at the same time may spoil a round.
            var rounds: [Duration] = []
            var left = 0
            let idlest = idle[idle.count * 95 / 100]
            repeat {
                let loaded = try await arrivals(100, engine, at: quiet)
                rounds.append(loaded[loaded.count * 95 / 100])
                left = try await world.store.read { try $0.pendingDeliveryCounts(of: [backlog])[backlog] ?? 0 }
            } while rounds.count < 10 && left > 65_000 && rounds.min() ?? .zero >= idlest * 2
            #expect(left > 50_000)
            #expect(left < 100_000)
            #expect(rounds.min() ?? .zero < max(idlest * 2, .milliseconds(15)), "idle \(idlest), with a backlog \(rounds)")
        }
        await busy.stop()
        await quiet.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a workspace full of receivers that never answer leaves another's deliveries on time`() async throws {
        let (holes, quiet) = (try await ScriptedReceiver.start { _ in .hang }, try await ScriptedReceiver.start { _ in .respond(200) })
        for number in 0..<100 { try await world.addWebhook(holes.url + "/\(number)", workspace: "holes") }
        try await world.addWebhook(quiet.url, workspace: "other")
        let engine = world.engine {
            $0.grace = .zero
            $0.requestTimeout = .seconds(60)
            $0.limits.underWay = 64
            $0.limits.held = 256
        }
        let world = world
        try await world.running(engine) {
            for _ in 0..<20 { _ = try await engine.post(workspace: "holes") }
            await holes.waitForRequests(40)
            let times = try await arrivals(20, engine, at: quiet)
            #expect(times.count == 20)
            #expect(times[18] < .seconds(1))
            #expect(holes.requests.count < 64)
        }
        await holes.stop()
        await quiet.stop()
    }
}
