import TestSupport
import Testing
import Values

@testable import Store

/// A database of its own, on which sessions are stepped through transactions that get into each other's way.
///
/// Nothing sleeps: whether a session waits, and for whom, is asked of the server.
final class Interleaving: Sendable {
    static let keyring = try? Keyring("k")
    static let moment = Timestamp(milliseconds: 1_790_000_000_000)

    let state: TestState
    /// For what is prepared and looked at.
    let store: Store
    private let address: DatabaseAddress
    private let server: PostgresServer
    private let folder = TemporaryFolder()

    init() throws {
        server = try .shared
        state = TestState(in: folder, on: .postgres) { try Store(state: $0, keyring: nil).close() }
        store = try Store(state: state.location, keyring: Self.keyring)
        guard case .database(let address) = try StateLocation(state.location) else { throw EndToEndError("no database") }
        self.address = address
    }

    deinit { store.close() }

    func session(_ isolation: Isolation = .shared) async throws -> Session {
        try await Session.start(isolation, at: address, keyring: Self.keyring)
    }

    /// Starts a step and returns once it waits for a transaction of the other session.
    func start<Value: Sendable>(
        _ body: @Sendable @escaping (Writing) throws -> Value, in session: Session, blockedBy other: Session
    ) async throws -> Step<Value> {
        let step = session.start(body)
        try await waitUntilBlocked(session, by: other) { step.hasEnded }
        return step
    }

    /// Returns once the session waits for a transaction, of the other one where one is named.
    func waitUntilBlocked(_ session: Session, by other: Session? = nil, unless hasEnded: () -> Bool) async throws {
        let (waiting, holding) = (session.process, other?.process)
        _ = try await eventually("a session that waits for another", every: .milliseconds(1)) { [store] in
            if hasEnded() { throw EndToEndError("the step waited for nobody") }
            let blockers = try await store.read {
                try $0.db.values("SELECT CAST(unnest(pg_blocking_pids(CAST(? AS INTEGER))) AS BIGINT)", [waiting], as: Int64.self)
            }
            return holding.map { blockers.contains($0) } ?? !blockers.isEmpty ? true : nil
        }
    }

    /// Lets the server look for deadlocks earlier than after its second; for sessions that are started afterwards.
    func findDeadlocksEarly() throws {
        try server.psql("ALTER DATABASE \(database) SET deadlock_timeout = '20ms'")
    }

    private var database: String { String(state.location.split(separator: "/").last ?? "") }
}
