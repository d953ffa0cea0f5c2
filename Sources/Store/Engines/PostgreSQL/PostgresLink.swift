import PostgreSQL

/// One connection to the server, opened when it is first used and again after it broke; used by one thread.
final class PostgresLink {
    /// What all links of an engine share.
    struct Origin: Sendable {
        let address: DatabaseAddress
        /// Names this process in `writers`; of no other process, before or after.
        let node: String
        let outage = Outage()
    }

    let origin: Origin
    /// Where a writer's row stands in `writers`; nil for a link that only reads.
    let seat: WriterSeat?
    private var server: ServerConnection?
    private(set) var isPooled = false
    private var prepared: [Preparation: String] = [:]
    private var names = 0
    /// When waiting is to end, where that is before the usual time.
    var end: ContinuousClock.Instant?

    /// A text with the types of its parameters.
    private struct Preparation: Hashable {
        let sql: SQL
        let types: [ParameterType]
    }

    init(origin: Origin, lane: Int?) {
        self.origin = origin
        seat = lane.map { WriterSeat(node: origin.node, lane: $0) }
    }

    func close() {
        server?.close()
        server = nil
        prepared = [:]
    }

    // MARK: Sending

    /// A message with what it says in the program's own words.
    struct Request {
        var sql: SQL
        var arguments: SQLArguments = []
        /// `BEGIN`, `COMMIT` and the like, which are not worth preparing.
        var isControl = false

        static func control(_ sql: SQL) -> Request { Request(sql: sql, isControl: true) }
    }

    /// Sends all of it in one pipeline and waits for all answers.
    ///
    /// - Parameter continues: whether it belongs to what was sent before, and must not go over another connection.
    /// - Returns: one reply a request.
    /// - Throws: `LinkFailure`, which says at which request; the link is usable again, over another connection where this one was lost.
    func exchange(_ requests: [Request], continues: Bool = false) throws(LinkFailure) -> [Reply] {
        let server = try continues ? present() : connected()
        var messages: [Message] = []
        messages.reserveCapacity(requests.count + 4)
        var positions: [Int] = []
        var preparing: [(position: Int, preparation: Preparation, name: String)] = []
        for request in requests {
            let parameters = request.arguments.values.map(\.parameter)
            if isPooled || request.isControl {
                positions.append(messages.count)
                messages.append(.run(sql: request.sql.rendered(for: .postgres), parameters))
                continue
            }
            let preparation = Preparation(sql: request.sql, types: request.arguments.values.map(\.parameterType))
            let name: String
            if let known = prepared[preparation] ?? preparing.first(where: { $0.preparation == preparation })?.name {
                name = known
            } else {
                names += 1
                name = "s\(names)"
                preparing.append((messages.count, preparation, name))
                messages.append(.prepare(name: name, sql: request.sql.rendered(for: .postgres), types: preparation.types))
            }
            positions.append(messages.count)
            messages.append(.execute(name: name, parameters))
        }
        do {
            let replies = try server.exchange(messages, timeout: patience)
            for (_, preparation, name) in preparing { prepared[preparation] = name }
            return positions.map { replies[$0] }
        } catch {
            // What was prepared before the failing message stays prepared, in whatever becomes of the transaction.
            for (position, preparation, name) in preparing where position < error.index ?? 0 { prepared[preparation] = name }
            // A statement is prepared right before it is run.
            let request = error.index.flatMap { index in positions.firstIndex { $0 >= index } }
            let isLost = !server.isOpen
            if isLost { close() }
            throw LinkFailure(error, request: request, sql: request.map { requests[$0].sql }, isConnectionLost: isLost)
        }
    }

    /// Forgets what is prepared, which no longer fits the schema or the session.
    func forgetPrepared() {
        guard !prepared.isEmpty else { return }
        prepared = [:]
        do { _ = try exchange([.control("DEALLOCATE ALL")]) } catch { close() }
    }

    /// How long one exchange may take; the server ends a statement before (`statement_timeout`).
    private static let longestExchange: Duration = .seconds(12)
    /// How long the first exchange of a connection may take: a pooler that has no server lets it wait.
    private static let longestGreeting: Duration = .seconds(5)

    private var patience: Duration {
        guard let end else { return Self.longestExchange }
        return max(.milliseconds(100), min(Self.longestExchange, ContinuousClock.now.duration(to: end)))
    }

    // MARK: Connecting

    /// Opens the connection where there is none, upon which it is known whether a pooler stands between.
    func connect() throws(LinkFailure) { _ = try connected() }

    /// The connection that there is.
    private func present() throws(LinkFailure) -> ServerConnection {
        if let server, server.isOpen { return server }
        close()
        throw LinkFailure(PostgresError(.connectionLost, "the connection is closed"), request: nil, sql: nil, isConnectionLost: true)
    }

    /// The connection, opened where there is none.
    private func connected() throws(LinkFailure) -> ServerConnection {
        if let server, server.isOpen { return server }
        close()
        try origin.outage.check()
        do throws(PostgresError) {
            let server = try ServerConnection(origin.address.settings, applicationName: "reconcile")
            // Through a pooler the process that answers is another one than that which the start-up named.
            let process = try server.exchange([.run(sql: "SELECT pg_backend_pid()", [])], timeout: Self.longestGreeting)
            isPooled = try process[0].rows?.int(row: 0, column: 0) != Int64(server.backendPID)
            if !isPooled {
                _ = try server.exchange(Self.sessionSettings.map { .run(sql: $0, []) }, timeout: Self.longestGreeting)
                // Refused (22023) by servers on systems that cannot tell.
                do throws(PostgresError) {
                    _ = try server.exchange([.run(sql: Self.clientCheck, [])], timeout: Self.longestGreeting)
                } catch {
                    if error.code != .server { throw error }
                }
            }
            self.server = server
            origin.outage.end()
            return server
        } catch {
            let failure = LinkFailure(connecting: error)
            origin.outage.begin(failure)
            throw failure
        }
    }

    /// The limits of a session. By `SET` and never at the start-up: a pooler refuses `options`.
    private static let sessionSettings = [
        "SET statement_timeout = '10s'", "SET lock_timeout = '5s'", "SET idle_in_transaction_session_timeout = '10s'",
    ]
    /// Ends statements of a client that is gone.
    private static let clientCheck = "SET client_connection_check_interval = '2s'"

    /// The same for one transaction, where a pooler gives each one another session; empty without a pooler.
    var localSettings: [Request] {
        guard isPooled else { return [] }
        return [
            .control("SET LOCAL statement_timeout = '10s'"), .control("SET LOCAL lock_timeout = '5s'"),
            .control("SET LOCAL idle_in_transaction_session_timeout = '10s'"),
        ]
    }
}

extension SQLValue {
    fileprivate var parameter: Parameter {
        switch self {
        case .text(let value): .text(value)
        case .int(let value): .int(value)
        case .bytes(let value): .bytes(value)
        }
    }

    fileprivate var parameterType: ParameterType {
        switch self {
        case .text: .text
        case .int: .int
        case .bytes: .bytes
        }
    }
}
