import Spec
import Store
import TestSupport
import Testing
import Values

struct APIKeyStatementsTests {
    let folder = TemporaryFolder()
    let now = Timestamp(milliseconds: 1_790_000_000_000)

    private func store() throws -> Store { try Store(state: folder.state.location, keyring: nil) }

    private func key(_ number: UInt8, workspace: String = "acme") -> APIKeyRecord {
        APIKeyRecord(
            id: APIKeyID(at: now + .milliseconds(Int64(number))), workspace: workspace, name: "Key \(number)",
            hash: [UInt8](repeating: number, count: 32), hint: "sk_live_abcd…", policy: "production", scopes: ["posts:read"],
            limits: RateLimits(perHour: 10, perDay: 20), expiresAt: now + .seconds(60), owner: "ann", metadata: ["a": 1],
            createdAt: now, createdBy: "ann")
    }

    @Test func `a key comes back as it went in`() async throws {
        let store = try store()
        let record = key(1)
        let stored = try await store.write { try $0.insertAPIKey(record) }
        #expect(stored.change == 1)
        #expect(try await store.read { try $0.apiKey(record.id, in: "acme") } == stored)
        #expect(try await store.read { try $0.apiKey(record.id, in: "other") } == nil)
        #expect(try await store.read { try $0.apiKey(record.id, in: nil) } == stored)
        let twin = APIKeyRecord(
            id: APIKeyID(at: now), workspace: "acme", name: "x", hash: record.hash, hint: "", createdAt: now, createdBy: "b")
        let error = await #expect(throws: StoreError.self) { try await store.write { try $0.insertAPIKey(twin) } }
        #expect(error?.code == .constraint)
    }

    @Test func `pages run from the newest to the oldest within a workspace`() async throws {
        let store = try store()
        let keys = (1...5).map { key($0) }
        let foreign = key(9, workspace: "other")
        try await store.write { for key in keys + [foreign] { _ = try $0.insertAPIKey(key) } }
        let first = try await store.read { try $0.apiKeys(in: "acme", after: nil, limit: 2) }
        #expect(first.map(\.name) == ["Key 5", "Key 4"])
        let after = first.last?.id.text
        #expect(try await store.read { try $0.apiKeys(in: "acme", after: after, limit: 9) }.map(\.name) == ["Key 3", "Key 2", "Key 1"])
        #expect(try await store.read { try $0.apiKeys(in: nil, after: nil, limit: 9) }.count == 6)
    }

    @Test func `every change has a higher number, and a use is none`() async throws {
        let store = try store()
        let (a, b, now) = (key(1), key(2), now)
        try await store.write { for key in [a, b] { _ = try $0.insertAPIKey(key) } }
        let revoked = try await store.write { try $0.revokeAPIKey(a.id, in: "acme", at: now) }
        #expect(revoked?.status == .revoked)
        #expect(revoked?.revokedAt == now)
        #expect(revoked?.change == 3)
        try await store.touchAPIKeys([KeyUse(id: b.id, moment: now)])
        #expect(try await store.read { try $0.apiKeys(changedAfter: 2) }.map(\.id) == [a.id])
        #expect(try await store.read { try $0.apiKey(b.id, in: nil) }?.lastUsedAt == now)
        // Never back to an earlier use.
        try await store.touchAPIKeys([KeyUse(id: b.id, moment: now - .seconds(60))])
        #expect(try await store.read { try $0.apiKey(b.id, in: nil) }?.lastUsedAt == now)
    }

    @Test func `a revoked key stays revoked`() async throws {
        let store = try store()
        let (record, now) = (key(1), now)
        _ = try await store.write { try $0.insertAPIKey(record) }
        _ = try await store.write { try $0.revokeAPIKey(record.id, in: "acme", at: now) }
        #expect(try await store.write { try $0.updateAPIKey(record.id, in: "acme", name: nil, status: .active) } == nil)
        let again = try await store.write { try $0.revokeAPIKey(record.id, in: "acme", at: now + .seconds(5)) }
        #expect(again?.revokedAt == now)
        #expect(try await store.write { try $0.revokeAPIKey(record.id, in: "other", at: now) } == nil)
    }

    @Test func `rotating brings the end forward, once, and never back`() async throws {
        let store = try store()
        let (a, b, now) = (key(1), key(2), now)
        try await store.write { for key in [a, b] { _ = try $0.insertAPIKey(key) } }
        let rotated = try await store.write { try $0.markAPIKeyRotated(a.id, to: b.id, expiringAt: now + .seconds(10)) }
        #expect(rotated?.expiresAt == now + .seconds(10))
        #expect(rotated?.rotatedTo == b.id)
        #expect(try await store.write { try $0.markAPIKeyRotated(a.id, to: b.id, expiringAt: now) } == nil)
        let kept = try await store.write { try $0.markAPIKeyRotated(b.id, to: a.id, expiringAt: now + .seconds(3600)) }
        #expect(kept?.expiresAt == now + .seconds(60))
    }
}
