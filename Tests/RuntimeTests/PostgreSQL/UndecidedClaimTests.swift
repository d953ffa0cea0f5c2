import Spec
import Store
import Synchronization
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct UndecidedClaimTests {
    @Test func `deliveries of an event whose commit was never answered go out once it is known, each once`() async throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let store = try Store(state: server.passwordURL(database: database, port: proxy.port), keyring: DeliveryWorld.keyring.get())
        let received = Received()
        let receiver = try await ScriptedReceiver.start(keepsRequests: false) { request in
            let number = (try? JSON(parsing: request.text))?["data"]?["n"]?.integer ?? 0
            received.numbers.withLock { $0[number, default: 0] += 1 }
            return .respond(200)
        }
        let (id, now) = (WebhookID(at: .now), Timestamp.now)
        let record = WebhookRecord(
            id: id, workspace: "acme", name: "hook", spec: WebhookSpec(name: "Hook", url: "\(receiver.url)/", events: ["*"]),
            createdAt: now,
            updatedAt: now, updatedBy: "test")
        try await store.write { tx in
            try tx.insertWebhook(record)
            try tx.setSecret(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), of: id.text, field: "secret", at: now)
        }
        let world = try DeliveryWorld()
        let engine = world.engine(on: store)
        try await world.running(engine) {
            _ = try await engine.post("A", ["n": 1])
            let delivered = "SELECT count(*) FROM deliveries WHERE status = 'DELIVERED'"
            _ = try await eventually("the first delivery") { try server.psql(delivered, database: database) == "1" ? true : nil }
            proxy.loseAnswer(containing: "COMMIT")
            proxy.refuse()
            let error = await #expect(throws: StoreError.self) { _ = try await engine.post("A", ["n": 2]) }
            #expect(error?.isUndecided == true, "\(error?.message ?? "")")
            #expect(try server.psql("SELECT count(*) FROM deliveries WHERE claim IS NOT NULL", database: database) == "1")
            proxy.refuse(false)
            _ = try await eventually("the second delivery", within: .seconds(15)) {
                try server.psql(delivered, database: database) == "2" ? true : nil
            }
        }
        #expect(received.numbers.withLock { $0 } == [1: 1, 2: 1])
        store.close()
        await receiver.stop()
        await proxy.stop()
    }

    private final class Received: Sendable {
        let numbers = Mutex<[Int: Int]>([:])
    }
}
