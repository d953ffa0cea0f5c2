/// What must hold for a transaction beside others.
enum Isolation: Sendable {
    /// One at a time in the whole state, each seeing what the one before committed: whatever changes declared resources or keys.
    case exclusive
    /// Beside others; each decision in it is one statement.
    case shared
}

/// A database that holds a state.
///
/// Bodies are given a connection for as long as they run, on a thread of the engine's own where blocking is allowed. On PostgreSQL
/// a body may run again after a rollback, so it has no effect outside of the database.
protocol Engine: Sendable {
    /// Runs reads on one snapshot.
    func read<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) async throws -> Value
    /// Runs one transaction and returns once it is known to be committed.
    func write<Value: Sendable>(
        _ isolation: Isolation, _ body: @Sendable @escaping (any Connection) throws -> Value
    ) async throws -> Value
    /// Runs a drain of group commits on one of the engine's lanes.
    func enqueueBatch(_ drain: @Sendable @escaping (any BatchTransactions) -> Void)
    /// How many drains may run at once.
    var lanes: Int { get }

    /// The same as `read` and an exclusive `write`, blocking; for the opening of a state, before anything is served.
    func readNow<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) throws -> Value
    func writeNow<Value: Sendable>(_ body: @Sendable @escaping (any Connection) throws -> Value) throws -> Value

    /// The tables of the state as the database itself knows them.
    func tables(on connection: any Connection) throws -> [TableShape]
    /// Makes the ids that the database gives go on behind those of rows that came with an id.
    func continueIdentities(on connection: any Connection) throws

    /// A number that moves whenever another process has committed; own commits may leave it.
    func changeMark() async throws -> Int64
    func close()
}

extension Engine {
    /// How many reads run at once; the others wait. More than the lists that a runtime makes at once, so that slow ones leave room for
    /// the short reads that every request may need.
    static var readers: Int { 6 }
}

/// A lane as a batch of group commits sees it.
protocol BatchTransactions {
    /// Runs one transaction beside others, to its commit; a body that throws leaves no trace.
    ///
    /// - Parameter isBrief: whether it waits for rows that others hold for a moment only.
    func transaction<Value>(isBrief: Bool, _ body: (any Connection) throws -> Value) throws -> Value
}
