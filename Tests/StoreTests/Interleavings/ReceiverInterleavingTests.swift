import Foundation
import Synchronization
import TestSupport
import Testing
import Values

@testable import Store

/// Marks of failing receivers by several recorders, and rows that several writers change in any order.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct ReceiverInterleavingTests {
    private let world: Interleaving

    init() throws { world = try Interleaving() }
    private static let longest = Duration.seconds(60)

    private static func failed(_ webhook: WebhookID, since: Timestamp, times: Int = 1) -> ReceiverOutcome {
        ReceiverOutcome(webhook: webhook, url: "https://example.com", failures: times, failingSince: since)
    }

    private static func well(_ webhook: WebhookID) -> ReceiverOutcome {
        ReceiverOutcome(webhook: webhook, url: "https://example.com", isWell: true)
    }

    private static func note(_ outcome: ReceiverOutcome, at now: Timestamp) -> @Sendable (Writing) throws -> [String] {
        { writing in try writing.noteReceivers([outcome], longest: longest, at: now).map(\.reason) }
    }

    @Test func `failures that two recorders note add up, from the first one on`() async throws {
        let webhook = try await world.webhooks()[0]
        let (one, other) = (try await world.session(), try await world.session())
        let moment = Interleaving.moment
        _ = try await one.run(Self.note(Self.failed(webhook, since: moment, times: 2), at: moment))
        let second = try await world.start(
            Self.note(Self.failed(webhook, since: moment + .seconds(1), times: 3), at: moment + .seconds(1)), in: other, blockedBy: one)
        try await one.commit()
        try await second.value()
        try await other.commit()
        let record = try #require(try await world.store.read { try $0.webhook(webhook) })
        #expect(record.consecutiveFailures == 5)
        #expect(record.failingSince == moment)
    }

    @Test func `a success that another recorder saw ends a run of failures before it disables the webhook`() async throws {
        let webhook = try await world.webhooks()[0]
        let moment = Interleaving.moment
        let late = moment + Self.longest + .seconds(1)
        _ = try await world.store.sharedWrite(Self.note(Self.failed(webhook, since: moment), at: moment))
        let (one, other) = (try await world.session(), try await world.session())
        _ = try await one.run(Self.note(Self.well(webhook), at: late))
        let second = try await world.start(Self.note(Self.failed(webhook, since: late), at: late), in: other, blockedBy: one)
        try await one.commit()
        #expect(try await second.value().isEmpty)
        try await other.commit()
        let record = try #require(try await world.store.read { try $0.webhook(webhook) })
        #expect(record.failingSince == late)
        #expect(record.disabledAt == nil)
    }

    @Test func `a recorder that decides by its memory disables a webhook that is well`() async throws {
        let webhook = try await world.webhooks()[0]
        let moment = Interleaving.moment
        let late = moment + Self.longest + .seconds(1)
        _ = try await world.store.sharedWrite(Self.note(Self.failed(webhook, since: moment), at: moment))
        let (one, other) = (try await world.session(), try await world.session())
        let remembered = try await other.run { try $0.webhook(webhook)?.failingSince }
        _ = try await one.run(Self.note(Self.well(webhook), at: late))
        try await one.commit()
        try await other.run { writing in
            guard let remembered, late - remembered > Self.longest else { return }
            _ = try writing.noteReceivers(
                [ReceiverOutcome(webhook: webhook, url: "https://example.com", failures: 1, failingSince: late, refusal: "failing")],
                longest: .zero, at: late)
        }
        try await other.commit()
        #expect(try await world.store.read { try $0.webhook(webhook) }?.disabledAt != nil)
    }

    @Test func `one of two recorders tells that the webhook was disabled`() async throws {
        let webhook = try await world.webhooks()[0]
        let moment = Interleaving.moment
        let late = moment + Self.longest + .seconds(1)
        _ = try await world.store.sharedWrite(Self.note(Self.failed(webhook, since: moment), at: moment))
        let (one, other) = (try await world.session(), try await world.session())
        #expect(try await one.run(Self.note(Self.failed(webhook, since: late), at: late)).count == 1)
        let second = try await world.start(Self.note(Self.failed(webhook, since: late), at: late), in: other, blockedBy: one)
        try await one.commit()
        #expect(try await second.value().isEmpty)
        try await other.commit()
    }

    // MARK: Order

    @Test func `four writers whose rows come in any order never wait for each other in a ring`() async throws {
        let webhooks = try await world.webhooks(6)
        let keys = (0..<20).map { _ in APIKeyID(at: Interleaving.moment) }
        try await world.store.write { writing in
            for (number, id) in keys.enumerated() {
                _ = try writing.insertAPIKey(
                    APIKeyRecord(
                        id: id, workspace: "acme", name: "Key", hash: [UInt8(number)], hint: "", createdAt: Interleaving.moment,
                        createdBy: "test"))
            }
        }
        let claims = keys.prefix(10).map {
            LimitClaim(
                subject: $0.text, window: .day, start: LimitWindow.day.start(of: Interleaving.moment), limit: .max, demand: 1,
                takesSpare: false)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let session = try await world.session()
                    var random = SeededGenerator(seed: UInt64(writer))
                    for number in 1...500 {
                        let (claims, keys, webhooks) = (
                            claims.shuffled(using: &random), keys.shuffled(using: &random), webhooks.shuffled(using: &random)
                        )
                        try await session.run { writing in
                            _ = try ReserveLimits.run(claims.map { [$0] }, in: writing)
                            let used = Interleaving.moment + .seconds(Int64(number))
                            _ = try TouchKeys.run(keys.map { [KeyUse(id: $0, moment: used)] }, in: writing)
                            _ = try writing.noteReceivers(
                                webhooks.map { Self.failed($0, since: Interleaving.moment) }, longest: .seconds(86_400),
                                at: Interleaving.moment)
                        }
                        try await session.commit()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try world.state.sql("SELECT DISTINCT consecutive_failures FROM webhooks") == "2000")
        #expect(try world.state.sql("SELECT DISTINCT granted FROM limit_windows") == "2000")
    }

    @Test func `two writers who take the same rows in other orders wait for each other in a ring`() async throws {
        try world.findDeadlocksEarly()
        let webhooks = try await world.webhooks(2)
        let (one, other) = (try await world.session(), try await world.session())
        let note = { @Sendable (webhook: WebhookID) in
            Self.note(Self.failed(webhook, since: Interleaving.moment), at: Interleaving.moment)
        }
        _ = try await one.run(note(webhooks[0]))
        _ = try await other.run(note(webhooks[1]))
        let first = try await world.start(note(webhooks[1]), in: one, blockedBy: other)
        let second = other.start(note(webhooks[0]))
        let outcomes = [try await first.isUndone(), try await second.isUndone()]
        #expect(outcomes.count { $0 } == 1)
    }

    @Test func `what a deadlock undoes is done again, and its caller sees nothing of it`() async throws {
        let webhooks = try await world.webhooks(2)
        // Its session looks for deadlocks after a second, the store's after much less: that one is undone.
        let other = try await world.session()
        try world.findDeadlocksEarly()
        let store = try Store(state: world.state.location, keyring: nil)
        defer { store.close() }
        let note = { @Sendable (webhook: WebhookID) in
            Self.note(Self.failed(webhook, since: Interleaving.moment), at: Interleaving.moment)
        }
        _ = try await other.run(note(webhooks[1]))
        let runs = Mutex(0)
        let (reached, isBlocked) = (Step<Void>(), DispatchSemaphore(value: 0))
        async let noted: Void = store.sharedWrite { writing in
            _ = try note(webhooks[0])(writing)
            let run = runs.withLock { runs in
                runs += 1
                return runs
            }
            if run == 1 {
                reached.end(.success(()))
                isBlocked.wait()
            }
            _ = try note(webhooks[1])(writing)
        }
        try await reached.value()
        let second = other.start(note(webhooks[0]))
        try await world.waitUntilBlocked(other) { second.hasEnded }
        isBlocked.signal()
        try await second.value()
        try await other.commit()
        try await noted
        // Once more where somebody else of the machine was slow to let go.
        #expect(runs.withLock { $0 } >= 2)
        #expect(try world.state.sql("SELECT DISTINCT consecutive_failures FROM webhooks") == "2")
    }
}
