import PostgreSQL
import Synchronization

/// One connection to the server, opened when it is first used and again after it broke; used by one thread.
final class PostgresLink {
    /// What all links of an engine share.
    final class Origin: Sendable {
        let address: DatabaseAddress
        /// Names this process in `writers`; of no other process, before or after.
        let node: String
        let outage = Outage()
        /// Whether the process has a row in `writers`.
        let hasRegistered = Atomic(false)

        init(address: DatabaseAddress, node: String) {
            self.address = address
            self.node = node
        }
    }

    let origin: Origin
    /// Where a writer's row stands in `writers`; nil for a link that only reads.
    let seat: WriterSeat?
    /// Whether statements are planned to find rows by keys alone.
    private let isKeyed: Bool
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

        func fits(_ request: Request) -> Bool {
            sql == request.sql && types.count == request.parameters.count && zip(types, request.parameters).allSatisfy { $0 == $1.type }
        }
    }

    init(origin: Origin, lane: Int?, isKeyed: Bool = false) {
        self.origin = origin
        self.isKeyed = isKeyed
        seat = lane.map { WriterSeat(node: origin.node, lane: $0) }
    }

    func close() {
        server?.close()
        server = nil
        prepared = [:]
    }

    // MARK: Sending

    /// Sends all of it in one pipeline and waits for all answers.
    ///
    /// - Parameter continues: whether it belongs to what was sent before, and must not go over another connection.
    /// - Returns: one result a request.
    /// - Throws: `LinkFailure`, which says at which request; the link is usable again, over another connection where this one was lost.
    func exchange(_ requests: [Request], continues: Bool = false) throws(LinkFailure) -> [CommandResult] {
        let server = try continues ? present() : connected()
        var messages: [Message] = []
        messages.reserveCapacity(requests.count + 4)
        var positions: [Int] = []
        positions.reserveCapacity(requests.count)
        var preparing: [(position: Int, preparation: Preparation, name: String)] = []
        // Most requests of a batch say the same as the one before.
        var last: (preparation: Preparation, name: String)?
        for request in requests {
            if isPooled || request.isControl {
                positions.append(messages.count)
                messages.append(.run(sql: request.sql.rendered(for: .postgres), request.parameters))
                continue
            }
            let name: String
            if let last, last.preparation.fits(request) {
                name = last.name
            } else {
                let preparation = Preparation(sql: request.sql, types: request.parameters.map(\.type))
                if let known = prepared[preparation] ?? preparing.first(where: { $0.preparation == preparation })?.name {
                    name = known
                } else {
                    names += 1
                    name = "s\(names)"
                    preparing.append((messages.count, preparation, name))
                    messages.append(.prepare(name: name, sql: request.sql.rendered(for: .postgres), types: preparation.types))
                }
                last = (preparation, name)
            }
            positions.append(messages.count)
            messages.append(.execute(name: name, request.parameters))
        }
        do {
            let results = try server.exchange(messages, timeout: patience)
            for (_, preparation, name) in preparing { prepared[preparation] = name }
            return positions.map { results[$0] }
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

    /// How long one exchange may take; the server ends a statement before (`statement_timeout`). A migration sets both higher.
    var longestExchange: Duration = .seconds(12)
    /// How long the first exchange of a connection may take: a pooler that has no server lets it wait.
    private static let longestGreeting: Duration = .seconds(5)

    private var patience: Duration {
        guard let end else { return longestExchange }
        return max(.milliseconds(100), min(longestExchange, ContinuousClock.now.duration(to: end)))
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
                let settings = limits(isLocal: false).map(\.text) + (isKeyed ? [Self.keyedSettings(isLocal: false).text] : [])
                _ = try server.exchange(settings.map { .run(sql: $0, []) }, timeout: Self.longestGreeting)
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

    /// The limits of a session, or of one transaction. By `SET` and never at the start-up: a pooler refuses `options`.
    ///
    /// Who writes beside others waits less long for rows than who has the state to itself: others wait behind it.
    private func limits(isLocal: Bool) -> [SQL] {
        switch (isLocal, isKeyed) {
        case (false, false):
            ["SET statement_timeout = '10s'", "SET lock_timeout = '5s'", "SET idle_in_transaction_session_timeout = '10s'"]
        case (false, true): ["SET statement_timeout = '10s'", "SET lock_timeout = '2s'", "SET idle_in_transaction_session_timeout = '10s'"]
        case (true, false):
            [
                "SET LOCAL statement_timeout = '10s'", "SET LOCAL lock_timeout = '5s'",
                "SET LOCAL idle_in_transaction_session_timeout = '10s'",
            ]
        case (true, true):
            [
                "SET LOCAL statement_timeout = '10s'", "SET LOCAL lock_timeout = '2s'",
                "SET LOCAL idle_in_transaction_session_timeout = '10s'",
            ]
        }
    }
    /// Ends statements of a client that is gone.
    private static let clientCheck = "SET client_connection_check_interval = '2s'"

    /// For those who write beside others, row by row, found by keys: a prepared statement keeps the plan of its first runs, and a scan of
    /// a table that was small then would read all of it ever after. A scan that cannot be avoided counts as so dear that the server would
    /// compile the statement (`jit`) each time it runs, for hundreds of milliseconds.
    ///
    /// - Parameter isLocal: for one transaction.
    private static func keyedSettings(isLocal: Bool) -> SQL {
        isLocal
            ? """
            SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
                set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)
            """
            : """
            SELECT set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
                set_config('enable_mergejoin', 'off', false), set_config('jit', 'off', false)
            """
    }

    /// The same for one transaction, where a pooler gives each one another session; empty without a pooler.
    var localSettings: [Request] {
        guard isPooled else { return [] }
        return limits(isLocal: true).map { .control($0) } + (isKeyed ? [.control(Self.keyedSettings(isLocal: true))] : [])
    }
}
