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

    /// A text with the types of its parameters.
    private struct Preparation: Hashable {
        let sql: SQL
        let types: [ParameterType]
    }

    /// Texts that a server session keeps prepared; far above the number that the program has.
    private static let maximumPrepared = 1_000

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
    /// - Returns: one reply a request.
    /// - Throws: `LinkFailure`, which says at which request; the link is usable again unless the connection was lost.
    func exchange(_ requests: [Request]) throws(LinkFailure) -> [Reply] {
        let server = try connected()
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
            let replies = try server.exchange(messages, timeout: Self.longestExchange)
            for (_, preparation, name) in preparing { prepared[preparation] = name }
            return positions.map { replies[$0] }
        } catch {
            // What was prepared before the failing message stays prepared, in whatever becomes of the transaction.
            for (position, preparation, name) in preparing where position < error.index ?? 0 { prepared[preparation] = name }
            let request = error.index.map { index in positions.lastIndex { $0 <= index } ?? 0 }
            if !server.isOpen { close() }
            throw LinkFailure(error, request: request, sql: request.map { requests[min($0, requests.count - 1)].sql })
        }
    }

    /// Forgets what is prepared: a statement's result has changed its columns (0A000).
    func forgetPrepared() throws(LinkFailure) {
        prepared = [:]
        _ = try exchange([.control("DEALLOCATE ALL")])
    }

    /// How long one exchange may take; the server ends a statement before (`statement_timeout`).
    private static let longestExchange: Duration = .seconds(20)

    // MARK: Connecting

    /// The connection, opened where there is none.
    private func connected() throws(LinkFailure) -> ServerConnection {
        if let server, server.isOpen { return server }
        close()
        try origin.outage.check()
        do {
            let server = try ServerConnection(origin.address.settings, applicationName: "reconcile")
            // Through a pooler the process that answers is another one than that which the start-up named.
            let process = try server.exchange([.run(sql: "SELECT pg_backend_pid()", [])], timeout: Self.longestExchange)
            isPooled = try process[0].rows?.int(row: 0, column: 0) != Int64(server.backendPID)
            if !isPooled { _ = try server.exchange(Self.sessionSettings.map { .run(sql: $0, []) }, timeout: Self.longestExchange) }
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
        "SET statement_timeout = '10s'", "SET lock_timeout = '5s'", "SET idle_in_transaction_session_timeout = '30s'",
        "SET client_connection_check_interval = '2s'",
    ]

    /// The same for one transaction, where a pooler gives each one another session; empty without a pooler, or before it is known.
    var localSettings: [Request] {
        guard isPooled else { return [] }
        return [
            .control("SET LOCAL statement_timeout = '10s'"), .control("SET LOCAL lock_timeout = '5s'"),
            .control("SET LOCAL idle_in_transaction_session_timeout = '30s'"),
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
