import Reconciler
import Spec
import Testing
import Values

@testable import Store

/// How often a plan and its apply wait for the state: on a database each wait is a round trip.
struct ApplyWaitTests {
    private func integration(_ name: String, host: String) -> Resource {
        resource(
            name,
            .integration(
                IntegrationSpec(
                    name: name, type: .custom, provider: "custom",
                    config: .init(
                        authorizationUrl: "https://\(host)/authorize", tokenUrl: "https://\(host)/token",
                        revocationUrl: "https://\(host)/revoke", clientId: .text("client"), clientSecret: .environment("S")))))
    }

    private func waits(_ world: World, _ manifest: Manifest, secret: String) async throws -> Int {
        let secrets = Dictionary(
            uniqueKeysWithValues: manifest.resources.filter { !$0.spec.secrets.isEmpty }.map { resource in
                (resource.address, Dictionary(uniqueKeysWithValues: resource.spec.secrets.map { ($0.field, Secret(secret)) }))
            })
        let (plan, planning) = try await world.store.engine.read { connection in
            let counting = CountingConnection(connection)
            let plan = try Reading(counting, keyring: world.store.keyring).plan(
                for: manifest, secrets: secrets, options: PlanOptions(), at: World.now)
            return (plan, counting.waits)
        }
        return try await world.store.engine.write(.exclusive) { connection in
            let counting = CountingConnection(connection)
            _ = try Writing(counting, keyring: world.store.keyring).apply(
                plan, secrets: secrets, by: Author(name: "ann@host"), at: World.now, secretOverlap: .seconds(60))
            return planning + counting.waits
        }
    }

    /// The waits of a creation, a change of everything and a removal.
    private func waits(for count: Int) async throws -> [Int] {
        let world = try World()
        let names = (0..<count).map { "r\($0)" }
        let made = names.flatMap { [scope($0), webhook($0, secret: .environment("W")), integration($0, host: "as.example")] }
        let changed = names.flatMap { name in
            [
                scope(name, "Other"), webhook(name, url: "https://example.org/hook", secret: .environment("W")),
                integration(name, host: "as.example"),
            ]
        }
        let creation = try await waits(world, manifest(made), secret: "whsec_a")
        let change = try await waits(world, manifest(changed), secret: "whsec_b")
        let grant = Grant(
            tokens: ConnectionTokens(access: Secret("access"), refresh: nil), tokenType: "Bearer", scopes: [], metadata: [:],
            expiresAt: nil, dueAt: nil)
        let integrations = try await world.records().compactMap { IntegrationID($0.id) }
        try await world.store.write { writing in
            for id in integrations {
                _ = try writing.insertConnection(
                    id: ConnectionID(at: World.now), workspace: "acme", integration: id, grant: grant, region: nil, by: "ann",
                    at: World.now)
            }
        }
        let removal = try await waits(world, manifest([]), secret: "whsec_b")
        #expect(try await world.records().isEmpty)
        let revoked = try await world.store.read { try $0.db.value("SELECT count(*) FROM revocations", as: Int.self) }
        #expect(revoked == count)
        return [creation, change, removal]
    }

    @Test func `a plan and its apply wait no more often for many resources than for few`() async throws {
        let (few, many) = (try await waits(for: 2), try await waits(for: 40))
        #expect(few == many)
        #expect(many.allSatisfy { $0 <= 16 }, "\(many)")
    }

    @Test func `a history waits no more often for many revisions than for few`() async throws {
        let world = try World()
        for number in 0..<12 { try await world.apply(manifest([scope("a", "Version \(number)")]), at: World.now + .seconds(Int64(number))) }
        let counts = try await world.store.engine.read { connection in
            try [1, 12].map { limit in
                let counting = CountingConnection(connection)
                let entries = try Reading(counting, keyring: nil).history(workspace: nil, limit: limit)
                #expect(entries.count == limit)
                return counting.waits
            }
        }
        #expect(counts == [2, 2])
        let back = try await world.store.engine.read { connection in
            try [1, 11].map { revision in
                let counting = CountingConnection(connection)
                _ = try Reading(counting, keyring: nil).declarations(asOf: revision)
                return counting.waits
            }
        }
        #expect(back[0] == back[1])
    }
}

/// Counts the statements whose answers are waited for.
private final class CountingConnection: Connection {
    private let connection: any Connection
    private(set) var waits = 0

    init(_ connection: any Connection) { self.connection = connection }

    var dialect: Dialect { connection.dialect }

    func forEach(_ sql: SQL, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws {
        waits += 1
        try connection.forEach(sql, arguments, body)
    }

    func scan(_ sql: SQL, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws {
        waits += 1
        try connection.scan(sql, arguments, body)
    }

    func run(_ sql: SQL, _ arguments: SQLArguments) throws -> Int {
        waits += 1
        return try connection.run(sql, arguments)
    }

    func run(_ sql: SQL, each arguments: [SQLArguments], row: (Int, Row) throws -> Void) throws -> [Int] {
        waits += 1
        return try connection.run(sql, each: arguments, row: row)
    }

    func run(_ sql: SQL, over rows: [SQLArguments], row: (Row) throws -> Void) throws {
        waits += 1
        try connection.run(sql, over: rows, row: row)
    }

    func queue(_ sql: SQL, over rows: [SQLArguments]) throws {
        try connection.queue(sql, over: rows)
    }

    func queue(_ sql: SQL, each arguments: [SQLArguments]) throws {
        try connection.queue(sql, each: arguments)
    }
}
