import Spec
import TestSupport
import Testing
import Values

@testable import Store

/// Changes of API keys beside each other and beside what manifests declare about keys.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct KeyInterleavingTests {
    private let world: Interleaving

    init() throws { world = try Interleaving() }

    private static func key(_ number: UInt8, policy: String? = nil) -> APIKeyRecord {
        APIKeyRecord(
            id: APIKeyID(at: Interleaving.moment), workspace: "acme", name: "Key", hash: [UInt8](repeating: number, count: 32), hint: "sk_",
            policy: policy, createdAt: Interleaving.moment, createdBy: "test")
    }

    private static let policy = ResourceRecord(
        address: Address(workspace: "acme", kind: .keyPolicy, name: "production"), id: "policy_1", owner: "", origin: .manifest,
        preventDestroy: false, specText: KeyPolicySpec(scopes: ["posts:read"]).json.canonicalText, source: nil, changedBy: "test",
        changedAt: Interleaving.moment)

    /// What `rotateAPIKey` does once it has found the key to be active.
    private static func rotate(_ id: APIKeyID, to successor: APIKeyRecord, _ writing: Writing) throws -> APIKeyRecord? {
        _ = try writing.insertAPIKey(successor)
        return try writing.markAPIKeyRotated(id, to: successor.id, expiringAt: Interleaving.moment)
    }

    @Test func `the second of two rotations finds the key rotated, before it makes a successor`() async throws {
        let key = try await world.store.write { try $0.insertAPIKey(Self.key(1)) }
        let (one, other) = (try await world.session(.exclusive), try await world.session(.exclusive))
        #expect(try await one.run { try Self.rotate(key.id, to: Self.key(2), $0) } != nil)
        let seen = try await world.start({ try $0.apiKey(key.id, in: "acme") }, in: other, blockedBy: one)
        try await one.commit()
        #expect(try await seen.value()?.rotatedTo != nil)
        try await other.rollback()
    }

    @Test func `of two that have both found a key active one gets an answer that it was late`() async throws {
        let key = try await world.store.write { try $0.insertAPIKey(Self.key(1)) }
        let (one, other) = (try await world.session(), try await world.session())
        #expect(try await other.run { try $0.apiKey(key.id, in: "acme") }?.rotatedTo == nil)
        #expect(try await one.run { try Self.rotate(key.id, to: Self.key(2), $0) } != nil)
        let late = try await world.start({ try Self.rotate(key.id, to: Self.key(3), $0) }, in: other, blockedBy: one)
        try await one.commit()
        #expect(try await late.value() == nil)
        try await other.rollback()
        #expect(try world.state.sql("SELECT count(*) FROM api_keys") == "2")
    }

    @Test func `a key that is created while its policy is removed is judged without it`() async throws {
        try await world.store.write { try $0.insertResources([Self.policy]) }
        let (applying, creating) = (try await world.session(.exclusive), try await world.session(.exclusive))
        try await applying.run { writing in
            try writing.deleteResources([Self.policy])
            try writing.advanceSerial()
        }
        let catalogue = try await world.start({ try $0.keyCatalogue() }, in: creating, blockedBy: applying)
        try await applying.commit()
        #expect(try await catalogue.value().policyNames(of: "acme").isEmpty)
        try await creating.rollback()
    }

    @Test func `a key that is created beside others' transactions follows a policy that is gone`() async throws {
        try await world.store.write { try $0.insertResources([Self.policy]) }
        let (applying, creating) = (try await world.session(.exclusive), try await world.session(.shared))
        try await applying.run { try $0.deleteResources([Self.policy]) }
        #expect(try await creating.run { try $0.keyCatalogue() }.policyNames(of: "acme") == ["production"])
        let created = try await world.start({ try $0.insertAPIKey(Self.key(1, policy: "production")) }, in: creating, blockedBy: applying)
        try await applying.commit()
        try await created.value()
        try await creating.commit()
        #expect(try world.state.sql("SELECT (SELECT count(*) FROM key_policies), (SELECT policy FROM api_keys)") == "0|production")
    }
}
