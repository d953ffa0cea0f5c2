import Spec
import TestSupport
import Testing
import Values

@testable import Store

/// Applies beside each other.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct ApplyInterleavingTests {
    private let world: Interleaving

    init() throws { world = try Interleaving() }

    private static func scope(_ name: String) -> ResourceRecord {
        ResourceRecord(
            address: Address(workspace: "acme", kind: .scope, name: name), id: "scope_\(name)", owner: "", origin: .manifest,
            preventDestroy: false, specText: #"{"description":"x"}"#, source: nil, changedBy: "test", changedAt: Interleaving.moment)
    }

    /// What an apply does at its end.
    private static func record(_ writing: Writing) throws -> Int {
        let serial = try writing.advanceSerial()
        return try writing.insertRevision(
            at: Interleaving.moment, actor: "test", commit: nil, isDirty: false, planDigest: "", serial: serial, rollbackOf: nil
        ).number
    }

    @Test func `an apply sees what the one before it has left, and numbers its revision after it`() async throws {
        let (one, other) = (try await world.session(.exclusive), try await world.session(.exclusive))
        let before = try await one.run { try $0.stateSerial().serial }
        try await one.run { try $0.insertResources([Self.scope("posts")]) }
        let read = try await world.start(
            { try ($0.stateSerial().serial, $0.resources(in: "acme").map(\.address.name)) }, in: other, blockedBy: one)
        #expect(try await one.run { try Self.record($0) } == 1)
        try await one.commit()
        let (serial, names) = try await read.value()
        #expect(serial == before + 1)
        #expect(names == ["posts"])
        #expect(try await other.run { try Self.record($0) } == 2)
        try await other.commit()
    }

    @Test func `without the state's lock an apply judges what is not so any more, and takes a number that is taken`() async throws {
        let (one, other) = (try await world.session(), try await world.session())
        try await one.run { try $0.insertResources([Self.scope("posts")]) }
        #expect(try await other.run { try $0.resources(in: "acme") }.isEmpty)
        let insert = { @Sendable (writing: Writing) in
            try writing.db.run(
                """
                INSERT INTO revisions (revision, at, actor, plan_digest, serial)
                SELECT coalesce(max(revision), 0) + 1, 0, 'test', '', 1 FROM revisions
                """, [])
        }
        try await one.run(insert)
        let late = try await world.start(insert, in: other, blockedBy: one)
        try await one.commit()
        let error = await #expect(throws: StoreError.self) { try await late.value() }
        #expect(error?.code == .constraint)
    }
}
