import Logging
import Spec
import Store
import Synchronization
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

struct RevokerTests {
    /// Queues revocations at a provider, due now.
    private func queue(_ world: OAuthWorld, _ host: String, _ count: Int) async throws {
        let now = world.now
        try await world.store.write { writing in
            for number in 0..<count {
                let revocation = Revocation(
                    workspace: "acme", connectionID: ConnectionID(at: now), url: "https://\(host)/revoke", clientID: "client",
                    clientSecret: nil, authMethod: .none, tokens: ConnectionTokens(access: Secret("\(host)-\(number)"), refresh: nil))
                try writing.insertRevocation(revocation, at: now)
            }
        }
    }

    private func told(_ world: OAuthWorld, _ host: String) -> Int { world.provider.requests.count { $0.url.contains(host) } }

    @Test(.timeLimit(.minutes(1)))
    func `a provider that is slow to hear holds up neither the other providers nor refreshes`() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let world = try OAuthWorld { request, count in
            guard request.url.contains("slow") else { return .tokens(count + 1) }
            for await _ in gate { break }
            return ProviderResponse(status: 200)
        }
        try await world.run {
            let connection = try await world.connect(try await world.integration())
            try await queue(world, "slow.example", 50)
            try await queue(world, "other.example", 50)
            world.clock.advance(.seconds(3300))
            async let round: Void = world.keeper.round()
            // A loop that does not look for its cancellation would outlive the time limit.
            while told(world, "other.example") < 50 {
                try Task.checkCancellation()
                await Task.yield()
            }
            while try await world.store.read({ try $0.connection(connection.id) })?.generation != 2 { try Task.checkCancellation() }
            #expect(told(world, "slow.example") == 4)
            opening.finish()
            try await round
            #expect(told(world, "slow.example") == 50)
            #expect(try await world.store.read { try $0.nextRevocationDue() } == nil)
        }
    }

    @Test func `a few calls are under way at a time, and each revocation is told once by whoever looks`() async throws {
        let calls = Mutex((underWay: 0, most: 0))
        let world = try OAuthWorld { request, count in
            calls.withLock { calls in
                calls.underWay += 1
                calls.most = max(calls.most, calls.underWay)
            }
            for _ in 0..<20 { await Task.yield() }
            calls.withLock { $0.underWay -= 1 }
            return ProviderResponse(status: 200)
        }
        for provider in 0..<10 { try await queue(world, "p\(provider).example", 10) }
        async let first: Void = world.revoker.settleDue()
        async let second: Void = world.revoker.settleDue()
        _ = try await (first, second)
        #expect(world.provider.requests.count == 100)
        #expect(Set(world.provider.requests.compactMap { $0.form["token"] }).count == 100)
        #expect(calls.withLock { $0.most } <= 2 * Revoker.atOnce)
    }

    @Test func `what a caller tells at once is left to that caller, and taken up again when it dies`() async throws {
        let world = try OAuthWorld { request, count in
            request.url.hasSuffix("revoke") ? ProviderResponse(status: 200) : .tokens(count + 1)
        }
        try await world.run {
            let connection = try await world.connect(try await world.integration())
            let now = world.now
            let claimed = try await world.store.write { writing in
                _ = try writing.deleteConnection(connection.id, at: now)
                return try writing.claimRevocations(of: connection.id, until: now + Revoker.lease)
            }
            #expect(claimed.count == 1)
            try await world.keeper.round()
            #expect(told(world, "revoke") == 0)
            world.clock.advance(Revoker.lease)
            try await world.keeper.round()
            #expect(told(world, "revoke") == 2)
        }
    }

    @Test func `of a provider that does not answer no more is asked for the moment`() async throws {
        let world = try OAuthWorld { (_, _) throws(ProviderCallError) in
            throw ProviderCallError(mayHaveArrived: false, message: "timed out")
        }
        try await queue(world, "dead.example", 50)
        let now = world.now
        var all: [Revocation] = []
        while all.count < 50 {
            all += try await world.store.write {
                try $0.claimRevocations(at: now, until: now + Revoker.lease, limit: 50, except: []).revocations
            }
        }
        try await world.revoker.settle(all)
        #expect(told(world, "dead.example") < 50)
        #expect(try await world.store.read { try $0.nextRevocationDue() } != nil)
    }

    @Test func `revocations that cannot be read hold up no other, are told about once, and wait for a day`() async throws {
        let world = try OAuthWorld { _, _ in ProviderResponse(status: 200) }
        // More than are claimed at a time, and before the others.
        try await queue(world, "a.example", 40)
        try world.folder.state.sql(
            sqlite: "UPDATE revocations SET request = x'0100000000000000' WHERE id <= 30",
            postgres: "UPDATE revocations SET request = '\\x0100000000000000' WHERE id <= 30")
        try world.folder.state.sql("UPDATE revocations SET connection_id = 'damaged' WHERE id = 31")
        let lines = Lines()
        let revoker = Revoker(
            store: world.store, sender: world.provider, now: { [clock = world.clock] in clock.now },
            logger: Logger(label: "test") { _ in lines })
        try await revoker.settleDue()
        #expect(told(world, "a.example") == 9)
        #expect(lines.messages.list.count { $0.contains("cannot be read") } == 31)
        world.clock.advance(.seconds(86_399))
        try await revoker.settleDue()
        #expect(lines.messages.list.count == 31)
        #expect(try await world.store.read { try $0.nextRevocationDue() } == world.now + .seconds(1))
    }

    @Test func `a process whose key was rotated away puts nothing off`() async throws {
        let world = try OAuthWorld { _, _ in ProviderResponse(status: 200) }
        try await queue(world, "a.example", 1)
        let rotating = try Store(
            state: world.folder.state.location,
            keyring: Keyring(current: Secret(String(repeating: "n", count: 32)), previous: Secret(String(repeating: "k", count: 32))))
        _ = try await rotating.rotateSecrets()
        rotating.close()
        let error = await #expect(throws: StoreError.self) { try await world.revoker.settleDue() }
        #expect(error?.message.contains("restart it with the new key") == true)
        #expect(try await world.store.read { try $0.nextRevocationDue() } == world.now)
    }

    @Test func `a number of tries that nobody has counted to ends a revocation, and no process`() async throws {
        let world = try OAuthWorld { _, _ in ProviderResponse(status: 503) }
        try await queue(world, "a.example", 1)
        try await queue(world, "b.example", 1)
        try world.folder.state.sql("UPDATE revocations SET attempts = 9223372036854775807 WHERE id = 1")
        try world.folder.state.sql("UPDATE revocations SET attempts = -9223372036854775807 WHERE id = 2")
        try await world.revoker.settleDue()
        #expect(try world.folder.state.sql("SELECT id FROM revocations") == "2")
    }
}

/// The messages of a logger.
private struct Lines: LogHandler {
    let messages = Messages()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    final class Messages: Sendable {
        private let messages = Mutex<[String]>([])
        var list: [String] { messages.withLock { $0 } }
        func append(_ message: String) { messages.withLock { $0.append(message) } }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        messages.append(event.message.description)
    }
}
