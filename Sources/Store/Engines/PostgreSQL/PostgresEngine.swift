import Foundation
import PostgreSQL

/// The state as a PostgreSQL database, 15 or newer, on the primary.
///
/// Concurrency: threads of its own, each with one connection that is opened when it is first needed: readers, one for exclusive
/// transactions, two for shared ones, two lanes for group commits, one for the lease of a runtime. Nothing blocks on the cooperative pool but the opening.
final class PostgresEngine: Engine {
    let lanes = 2
    let address: DatabaseAddress
    /// Names this process among all that ever wrote.
    var node: String { origin.node }
    private let origin: PostgresLink.Origin
    private let readers: ConnectionThreads
    private let exclusive: ConnectionThreads
    private let shared: ConnectionThreads
    private let batches: ConnectionThreads
    /// For the lease alone, which waits behind nothing else.
    private let leasing: ConnectionThreads

    /// Connects, checks what is there and migrates. Blocks while it does.
    init(_ address: DatabaseAddress, mode: Store.Mode) throws(StoreError) {
        self.address = address
        let origin = PostgresLink.Origin(address: address, node: UUID().uuidString.lowercased())
        self.origin = origin
        readers = ConnectionThreads(label: "reconcile.state.read", count: Self.readers, origin: origin, lanes: nil)
        exclusive = ConnectionThreads(label: "reconcile.state.write", count: 1, origin: origin, lanes: 1)
        shared = ConnectionThreads(label: "reconcile.state.share", count: 2, origin: origin, lanes: 2, isKeyed: true)
        batches = ConnectionThreads(label: "reconcile.state.batch", count: 2, origin: origin, lanes: 4, isKeyed: true)
        leasing = ConnectionThreads(label: "reconcile.state.lease", count: 1, origin: origin, lanes: 6)
        do {
            try readers.runNow { link in try PostgresMigration.run(on: link, mode: mode) }
        } catch {
            close()
            throw StoreError.opening(error, state: address.description)
        }
    }

    deinit {
        // The threads do not hold the engine, and would wait for work for ever.
        close()
    }

    func read<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) async throws -> Value {
        try await readers.run { link in try link.read(body) }
    }

    func write<Value: Sendable>(
        _ isolation: Isolation, _ body: @Sendable @escaping (any Connection) throws -> Value
    ) async throws -> Value {
        switch isolation {
        case .exclusive: try await exclusive.run { link in try link.write(.exclusive, body) }
        case .shared: try await shared.run { link in try link.write(.shared, body) }
        }
    }

    func enqueueBatch(_ drain: @Sendable @escaping (any BatchTransactions) -> Void) {
        let isAccepted = batches.enqueue { link in
            drain(PostgresTransactions(link: link))
            return {}
        }
        if !isAccepted { drain(ClosedTransactions(address: address)) }
    }

    /// The same as a shared `write`, on the connection that is kept for the lease.
    func writeLease<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) async throws -> Value {
        try await leasing.run { link in try link.write(.shared, body) }
    }

    func readNow<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) throws -> Value {
        try readers.runNow { link in try link.read(body) }
    }

    func writeNow<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) throws -> Value {
        try exclusive.runNow { link in try link.write(.exclusive, body) }
    }

    /// What other processes have committed: each of their transactions counts up a row of `writers`.
    func changeMark() async throws -> Int64 {
        let node = origin.node
        return try await read { connection in
            try connection.value("SELECT CAST(coalesce(sum(batch), 0) + 1000003 * count(*) AS {int}) FROM writers WHERE node <> ?", [node])
                ?? 0
        }
    }

    /// Whether a pooler stands between, so that a transaction is all that shares a session.
    func isPooled() async throws -> Bool {
        try await readers.run { link in
            _ = try link.read { try $0.value("SELECT 1", as: Int.self) }
            return link.isPooled
        }
    }

    func close() {
        for threads in [readers, exclusive, shared, batches, leasing] { threads.stop() }
    }
}

/// Transactions of a lane, on its thread.
private struct PostgresTransactions: BatchTransactions {
    let link: PostgresLink

    func transaction<Value>(isBrief: Bool, _ body: (any Connection) throws -> Value) throws -> Value {
        try link.write(.shared) { connection in
            if isBrief { try connection.queue("SET LOCAL lock_timeout = '100ms'", each: [[]]) }
            return try body(connection)
        }
    }
}

/// What a lane of a closed state does: nothing, so that whoever waits for a group commit learns it.
private struct ClosedTransactions: BatchTransactions {
    let address: DatabaseAddress

    func transaction<Value>(isBrief: Bool, _ body: (any Connection) throws -> Value) throws -> Value {
        throw StoreError(code: .unavailable, message: "the state \(address) was closed")
    }
}
