import TestSupport
import Testing
import Values

@testable import Store

/// Who seals under a key while another process rotates it away.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct SealingInterleavingTests {
    private let world: Interleaving

    init() throws { world = try Interleaving() }

    private func keyring(previous: Bool) throws -> Keyring {
        try Keyring(
            current: Secret(String(repeating: "n", count: 32)), previous: previous ? Secret(String(repeating: "k", count: 32)) : nil)
    }

    @Test func `a rotation waits for who is sealing under the old key, and nothing is left under it`() async throws {
        let sealing = try await world.session()
        try await sealing.run { try $0.setSecret(Secret("v"), of: "wh_1", field: "secret", at: Interleaving.moment) }
        let rotating = try Store(state: world.state.location, keyring: try keyring(previous: true))
        defer { rotating.close() }
        let ended = Step<Int>()
        let rotation = Task { ended.end(await Result { try await rotating.rotateSecrets() }) }
        _ = try await eventually("a rotation that waits", every: .milliseconds(1)) { [world] in
            if ended.hasEnded { throw EndToEndError("the rotation waited for nobody") }
            let waiting = try world.state.sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
            return waiting == "1" ? true : nil
        }
        try await sealing.commit()
        #expect(try await ended.value() == 1)
        await rotation.value
        let restarted = try Store(state: world.state.location, keyring: try keyring(previous: false))
        defer { restarted.close() }
        #expect(try await restarted.read { try $0.secrets(of: "wh_1") } == ["secret": Secret("v")])
    }

    @Test func `who seals waits for no exclusive transaction, and none for it`() async throws {
        let (applying, sealing) = (try await world.session(.exclusive), try await world.session())
        try await applying.run { try $0.advanceSerial() }
        try await sealing.run { try $0.setSecret(Secret("v"), of: "wh_1", field: "secret", at: Interleaving.moment) }
        try await applying.run { try $0.advanceSerial() }
        try await applying.commit()
        let next = try await world.session(.exclusive)
        try await next.run { try $0.advanceSerial() }
        try await next.commit()
        try await sealing.commit()
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
