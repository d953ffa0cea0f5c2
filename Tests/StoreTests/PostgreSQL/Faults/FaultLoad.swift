import Foundation
import Spec
import Synchronization
import TestSupport
import Testing
import Values

@testable import Store

/// Writers of every kind on one state, until they are told to end, and the comparison of what they were told with what is there.
final class FaultLoad: Sendable {
    let store: Store
    let ledger = FaultLedger()
    private let isEnding = Atomic(false)
    private let webhook = WebhookID(at: Timestamp(milliseconds: 1))
    private let integration = IntegrationID(at: Timestamp(milliseconds: 2))
    private let connection = ConnectionID(at: Timestamp(milliseconds: 3))
    private let start = Timestamp(milliseconds: 1_789_998_400_000)
    private let server: PostgresServer
    private let database: String

    static let limit = 1_000_000

    /// - Parameter url: where the store connects to; the comparison asks the server itself.
    init(url: String, server: PostgresServer, database: String) async throws {
        (self.server, self.database) = (server, database)
        store = try Store(state: url, keyring: Keyring("k"))
        let (start, webhook, integration, connection) = (start, webhook, integration, connection)
        let record = WebhookRecord(
            id: webhook, workspace: "acme", name: "hook", spec: WebhookSpec(name: "Hook", url: "https://example.com", events: ["*"]),
            createdAt: start, updatedAt: start, updatedBy: "test")
        try await store.write { try $0.insertWebhook(record) }
        try server.psql(
            """
            INSERT INTO integrations (id, workspace, name, owner, origin, prevent_destroy, spec, created_at, updated_at, updated_by)
            VALUES ('\(integration.text)', 'acme', 'crm', '', 'api', 0, '{}', 0, 0, 'test')
            """, database: database)
        let grant = Self.grant
        _ = try await store.sharedWrite {
            try $0.insertConnection(
                id: connection, workspace: "acme", integration: integration, grant: grant, region: nil, by: "test", at: start)
        }
    }

    private static var grant: Grant {
        Grant(
            tokens: ConnectionTokens(access: Secret("access"), refresh: Secret("refresh")), tokenType: "Bearer", scopes: ["a"],
            metadata: [:],
            expiresAt: nil, dueAt: nil)
    }

    /// Runs the writers while the faults last, then lets them end: the first fault falls once work of every kind has been done, and the
    /// writers go on after the last until work of every kind has been done again.
    func run(whileFaults faults: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 { group.addTask { await self.accept() } }
            for _ in 0..<4 { group.addTask { await self.reserve() } }
            group.addTask { await self.refresh() }
            group.addTask { await self.makeKeys() }
            group.addTask { await self.apply() }
            do {
                try await waitForWork()
                try await faults()
                try await waitForWork()
            } catch {
                isEnding.store(true, ordering: .relaxed)
                throw error
            }
            isEnding.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
    }

    /// Returns once something of every kind was done that was not before.
    private func waitForWork() async throws {
        let before = ledger.done
        _ = try await eventually("work of every kind", within: .seconds(60)) {
            ledger.done.allSatisfy { kind, count in count > before[kind, default: 0] } ? true : nil
        }
    }

    private var goesOn: Bool { !isEnding.load(ordering: .relaxed) }

    /// Where the state cannot be used, a caller comes back a little later.
    private func pause(after answer: FaultLedger.Answer) async { if answer != .done { try? await Task.sleep(for: .milliseconds(5)) } }

    private func accept() async {
        var count = 0
        while goesOn {
            count += 1
            let key = count % 3 == 0 ? UUID().uuidString : nil
            for _ in 0..<20 {
                let event = NewEvent(
                    id: EventID(at: start), workspace: "acme", type: "POST_PUBLISHED", idempotencyKey: key, body: "{}", createdAt: start)
                let delivery = NewDelivery(id: DeliveryID(at: start), webhookID: webhook, retries: 3, state: .claimed("a-1"))
                let (stored, answer) = await ledger.answer { try await self.store.storeEvent(event, deliveries: [delivery]) }
                await pause(after: answer)
                if let key, let stored { ledger.note(stored.id, under: key) }
                if stored?.isDuplicate != true { ledger.note(event.id, answer) }
                if let stored, !stored.isDuplicate, stored.id != event.id || stored.deliveries.map(\.id) != [delivery.id] {
                    Issue.record("an event came back as another one")
                }
                if stored?.isDuplicate == false { await settle(delivery.id, of: event.id) }
                // A key makes it safe to ask again until it is done.
                if key == nil || answer == .done { break }
            }
        }
    }

    private func settle(_ id: DeliveryID, of event: EventID) async {
        let claimed = ClaimedDelivery(
            id: id, eventID: event, webhookID: webhook, claim: "a-1", attempts: 0, retriesLeft: 3, body: [])
        let attempt = DeliveryAttempt(number: 1, at: start, duration: .milliseconds(5), statusCode: 200, error: nil, response: nil)
        var wasUndecided = false
        for _ in 0..<200 {
            let (stood, answer) = await ledger.answer {
                try await self.store.submit([.attempted(claimed, attempt, then: .delivered)], to: SettleDeliveries.self)
            }
            await pause(after: answer)
            wasUndecided = wasUndecided || answer == .undecided
            if answer == .done, stood != [true], !wasUndecided { Issue.record("a claim did not stand, and nobody else had it") }
            if answer == .done { return ledger.note(id, settled: .done) }
        }
        ledger.note(id, settled: wasUndecided ? .undecided : .refused)
    }

    private func reserve() async {
        let claim = LimitClaim(subject: "key_a", window: .hour, start: start, limit: Self.limit, demand: 3, takesSpare: false)
        while goesOn {
            let (grants, answer) = await ledger.answer { try await self.store.reserveLimits([claim]) }
            await pause(after: answer)
            if answer == .undecided { ledger.noteUndecided(allowance: 3) }
            ledger.note(added: grants?.first?.added ?? 0)
        }
    }

    private func refresh() async {
        let (connection, start, grant) = (connection, start, Self.grant)
        var count = 0
        while goesOn {
            count += 1
            let lease = "lease-\(count)"
            let (claimed, answer) = await ledger.answer { () async throws -> ConnectionRecord? in
                guard let seen = try await self.store.read({ try $0.connection(connection) }) else { return nil }
                // The one before may have been claimed without anybody knowing: its time is over.
                return try await self.store.sharedWrite {
                    try $0.claimRefresh(of: seen, lease: lease, until: start, at: start + .seconds(1))
                }
            }
            await pause(after: answer)
            guard let generation = claimed??.generation else { continue }
            let (finished, outcome) = await ledger.answer {
                try await self.store.sharedWrite {
                    try $0.finishRefresh(of: connection, lease: lease, generation: generation, grant: grant, at: start)
                }
            }
            await pause(after: outcome)
            if outcome == .done, finished == .some(nil) { Issue.record("a lease did not hold, and nobody else had it") }
            ledger.noteRefresh(outcome)
        }
    }

    private func makeKeys() async {
        let start = start
        func key() -> APIKeyRecord {
            APIKeyRecord(
                id: APIKeyID(at: start), workspace: "acme", name: "Key", hash: (0..<32).map { _ in UInt8.random(in: 0...255) }, hint: "sk",
                createdAt: start, createdBy: "test")
        }
        while goesOn {
            let (one, other) = (key(), key())
            let made = await ledger.answer { try await self.store.write { try $0.insertAPIKey(one) } }.answer
            ledger.note(one.id, made)
            await pause(after: made)
            guard made == .done else { continue }
            let (_, rotated) = await ledger.answer {
                try await self.store.write { tx in
                    _ = try tx.insertAPIKey(other)
                    guard try tx.markAPIKeyRotated(one.id, to: other.id, expiringAt: start) != nil else {
                        throw StoreError(code: .database, message: "a key was rotated by somebody else")
                    }
                }
            }
            ledger.note(one.id, rotatedTo: other.id, rotated)
            await pause(after: rotated)
        }
    }

    /// Twenty rows at a time in an exclusive transaction, as apply writes them.
    private func apply() async {
        let start = start
        var count = 0
        while goesOn {
            count += 1
            let set = count
            let answer = await ledger.answer {
                try await self.store.write { tx in
                    for number in 0..<20 {
                        try tx.insertWebhook(
                            WebhookRecord(
                                id: WebhookID(at: start), workspace: "set-\(set)", name: "hook-\(number)",
                                spec: WebhookSpec(name: "Hook", url: "https://example.com", events: ["*"]), createdAt: start,
                                updatedAt: start, updatedBy: "test"))
                    }
                }
            }.answer
            ledger.note(set: set, answer)
            await pause(after: answer)
        }
    }

    // MARK: Comparing

    /// Compares everything; the server must be up.
    func compare() throws {
        #expect(ledger.surprises.isEmpty, "\(Set(ledger.surprises).sorted().prefix(5))")
        let events = ledger.events
        let present = Set(try lines("SELECT id FROM events"))
        compare(events.map { ($0.key.text, $0.value) }, with: present, "events")
        #expect(present.isSubset(of: events.keys.map(\.text)), "events that nobody sent")
        #expect(try lines("SELECT count(*) FROM events e WHERE (SELECT count(*) FROM deliveries d WHERE d.event_id = e.id) <> 1") == ["0"])
        for (key, ids) in ledger.repeated where ids.count != 1 { Issue.record("the key \(key) stands for \(ids.count) events") }

        let settled = ledger.settled
        let attempted = Set(try lines("SELECT id FROM deliveries WHERE attempts = 1 AND status = 'DELIVERED' AND claim IS NULL"))
        compare(settled.map { ($0.key.text, $0.value) }, with: attempted, "outcomes")
        #expect(try lines("SELECT count(*) FROM deliveries WHERE attempts > 1") == ["0"])
        let attempts = "SELECT count(*) FROM delivery_attempts a"
        #expect(try lines(attempts) == lines("SELECT count(*) FROM deliveries WHERE attempts = 1"))
        #expect(try lines("\(attempts) WHERE number <> 1") == ["0"])

        let granted = Int(try lines("SELECT granted FROM limit_windows").first ?? "0") ?? 0
        #expect(ledger.added <= granted && granted <= ledger.added + ledger.undecidedAllowance, "\(ledger.added) \(granted)")

        let generation = Int(try lines("SELECT generation FROM connections").first ?? "") ?? 0
        let refreshed = 1 + ledger.refreshed
        #expect(refreshed <= generation && generation <= refreshed + ledger.undecidedRefreshes)

        let keys = Set(try lines("SELECT id FROM api_keys"))
        compare(ledger.keys.map { ($0.key.text, $0.value) }, with: keys, "keys")
        let rotated = Set(try lines("SELECT id || rotated_to FROM api_keys WHERE rotated_to IS NOT NULL"))
        compare(ledger.rotations.map { ($0.key.text + $0.value.successor.text, $0.value.answer) }, with: rotated, "rotations")
        compare(ledger.rotations.map { ($0.value.successor.text, $0.value.answer) }, with: keys, "successors")
        #expect(keys.count <= ledger.keys.count + ledger.rotations.count)

        let sets = ledger.sets
        let whole = Set(try lines("SELECT workspace FROM webhooks WHERE workspace LIKE 'set-%' GROUP BY workspace HAVING count(*) = 20"))
        #expect(try Set(lines("SELECT DISTINCT workspace FROM webhooks WHERE workspace LIKE 'set-%'")) == whole)
        compare(sets.map { ("set-\($0.key)", $0.value) }, with: whole, "applies")
    }

    /// What was said to be done is there, and what was said not to be done is not.
    private func compare(_ answers: [(String, FaultLedger.Answer)], with present: Set<String>, _ what: String) {
        let lost = answers.filter { $0.1 == .done && !present.contains($0.0) }
        #expect(lost.isEmpty, "\(lost.count) of \(answers.count) \(what) were lost, such as \(lost.prefix(3))")
        let ghosts = answers.filter { $0.1 == .refused && present.contains($0.0) }
        #expect(ghosts.isEmpty, "\(ghosts.count) of \(answers.count) \(what) were said not to be done and are, such as \(ghosts.prefix(3))")
    }

    private func lines(_ sql: String) throws -> [String] {
        try server.psql(sql, database: database).split(separator: "\n").map(String.init)
    }
}
