import Foundation
import Spec
import TestSupport
import Testing
import Values

@testable import Store

/// One tenant's rows that somebody holds, and the removal of what has very many rows.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct RowContentionTests {
    private let server: PostgresServer
    private let database: String
    private let start = Timestamp(milliseconds: 1_790_000_000_000)

    init() throws {
        server = try .shared
        database = try server.database()
    }

    private func webhook(_ name: String, in store: Store) async throws -> WebhookID {
        let id = WebhookID(at: start)
        let record = WebhookRecord(
            id: id, workspace: name, name: name, spec: WebhookSpec(name: name, url: "https://example.com", events: ["*"]),
            createdAt: start, updatedAt: start, updatedBy: "test")
        try await store.write { try $0.insertWebhook(record) }
        return id
    }

    private func accept(for webhook: WebhookID, in store: Store) async -> StoreError.Code? {
        let event = NewEvent(id: EventID(at: start), workspace: "acme", type: "X", idempotencyKey: nil, body: "{}", createdAt: start)
        let delivery = NewDelivery(id: DeliveryID(at: start), webhookID: webhook, retries: 3, state: .due)
        do {
            _ = try await store.storeEvent(event, deliveries: [delivery])
            return nil
        } catch {
            return (error as? StoreError)?.code ?? .database
        }
    }

    @Test func `whoever needs a row that is held is refused, and nobody who shares the transaction with them`() async throws {
        let store = try Store(state: server.url(database: database), keyring: nil)
        let (held, free) = (try await webhook("held", in: store), try await webhook("free", in: store))
        let holder = try server.session(
            """
            BEGIN; SELECT 1 FROM webhooks WHERE id = '\(held.text)' FOR UPDATE;
            \\! echo held
            SELECT pg_sleep(60); ROLLBACK;
            """, database: database)
        _ = try await holder.line(containing: "held")
        let answers = await withTaskGroup(of: (WebhookID, StoreError.Code?).self) { group in
            for number in 0..<120 {
                let webhook = number.isMultiple(of: 20) ? held : free
                group.addTask { (webhook, await accept(for: webhook, in: store)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.filter { $0.0 == free }.allSatisfy { $0.1 == nil }, "somebody else's lock met who needs no row of it")
        #expect(answers.filter { $0.0 == held }.allSatisfy { $0.1 == .locked })
        try await holder.killNow()
        #expect(await accept(for: held, in: store) == nil)
        #expect(try server.psql("SELECT count(*) FROM events", database: database) == "115")
        store.close()
    }

    @Test(arguments: [true, false])
    func `no statement removes more deliveries than it can in its time, however many a webhook has`(isDeclared: Bool) async throws {
        let store = try Store(state: server.url(database: database), keyring: nil)
        let (many, few) = (try await webhook("many", in: store), try await webhook("few", in: store))
        try server.psql(
            """
            INSERT INTO events (id, workspace, type, body, created_at) SELECT 'evt_' || n, 'many', 'X', '{}', 1 FROM generate_series(1, 12000) n;
            INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, retries_left, due_at, created_at)
            SELECT 'dlv_' || n, 'evt_' || n, '\(many.text)', 'many', 'PENDING', 3, 1, 1 FROM generate_series(1, 12000) n;
            INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, retries_left, due_at, created_at)
            SELECT 'few_' || n, 'evt_' || n, '\(few.text)', 'few', 'PENDING', 3, 1, 1 FROM generate_series(1, 7) n;
            CREATE FUNCTION bound() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF (SELECT count(*) FROM gone) > 5000 THEN RAISE EXCEPTION 'too many at once'; END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER bound AFTER DELETE ON deliveries REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION bound();
            """, database: database)
        let record = try #require(try await store.read { try $0.resources(in: "many") }.first)
        try await store.write { writing in
            if isDeclared { try writing.deleteResources([record]) } else { try writing.deleteWebhook(many) }
        }
        #expect(try server.psql("SELECT webhook_id, count(*) FROM deliveries GROUP BY 1", database: database) == "\(few.text)|7")
        #expect(try server.psql("SELECT name FROM webhooks", database: database) == "few")
        store.close()
    }
}
