import PostgreSQL

/// Statements of one transaction: what need not be waited for is kept and sent with what must be.
final class PostgresConnection: Connection {
    let dialect = Dialect.postgres
    private let link: PostgresLink
    /// Sent with the next statement whose answer is waited for.
    private var pending: [PostgresLink.Request]
    private let opening: Opening
    private var hasBegun = false
    /// The failure that ended the transaction.
    private(set) var failure: LinkFailure?
    /// Whether COMMIT was sent and no answer came.
    private(set) var isCommitUnanswered = false
    /// Whether the writer's row refused the transaction.
    private(set) var isRefusedByGuard = false

    /// What stands at the beginning of a transaction; sent with its first statement.
    struct Opening {
        /// BEGIN first.
        var requests: [PostgresLink.Request]
        /// Where the writer's row is counted up; nil for reads.
        var guardPosition: Int?
    }

    /// Requests of one exchange: enough for one wait, few enough for its time.
    private static let maximumExchange = 1_000

    init(_ link: PostgresLink, opening: Opening) {
        self.link = link
        self.opening = opening
        pending = opening.requests
    }

    func forEach(_ sql: SQL, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws {
        let replies = try send([PostgresLink.Request(sql: sql, arguments: arguments)])
        try forEach(in: replies[0], body)
    }

    func run(_ sql: SQL, _ arguments: SQLArguments) throws -> Int {
        try send([PostgresLink.Request(sql: sql, arguments: arguments)])[0].changed
    }

    func run(_ sql: SQL, each arguments: [SQLArguments], row: (Int, Row) throws -> Void) throws -> [Int] {
        var changed: [Int] = []
        changed.reserveCapacity(arguments.count)
        for start in stride(from: 0, to: arguments.count, by: Self.maximumExchange) {
            let part = arguments[start..<min(start + Self.maximumExchange, arguments.count)]
            for (offset, reply) in try send(part.map { PostgresLink.Request(sql: sql, arguments: $0) }).enumerated() {
                try forEach(in: reply) {
                    try row(start + offset, $0)
                    return true
                }
                changed.append(reply.changed)
            }
        }
        return changed
    }

    func queue(_ sql: SQL, each arguments: [SQLArguments]) throws {
        for arguments in arguments {
            pending.append(PostgresLink.Request(sql: sql, arguments: arguments))
            if pending.count >= Self.maximumExchange { try send([]) }
        }
    }

    /// Ends the transaction with COMMIT, together with what is still to be sent.
    func commit() throws {
        // A read that asked nothing.
        if !hasBegun, opening.guardPosition == nil { return }
        // Waiting for a standby is not to be cancelled: it would be committed all the same, unseen.
        let replies = try send(
            [.control("SET LOCAL statement_timeout = 0"), .control("COMMIT")], isCommit: true)
        hasBegun = false
        // The COMMIT of a transaction that failed answers ROLLBACK.
        guard replies[1].command == "COMMIT" else {
            throw StoreError(
                code: .database, message: "the state's database \(link.origin.address) undid a transaction instead of committing it")
        }
    }

    /// Ends the transaction without a trace, where there is one on a connection that still stands.
    func rollback() {
        guard hasBegun else { return }
        hasBegun = false
        guard failure?.kind != .lost, !isCommitUnanswered else { return link.close() }
        do {
            _ = try link.exchange([.control("ROLLBACK")])
        } catch {
            link.close()
        }
    }

    /// Sends what is pending and `requests`; the replies are those of `requests`.
    @discardableResult
    private func send(_ requests: [PostgresLink.Request], isCommit: Bool = false) throws -> [Reply] {
        if let failure { throw StoreError(failure, address: link.origin.address) }
        let all = pending + requests
        let isFirst = !hasBegun
        pending = []
        hasBegun = true
        let replies: [Reply]
        do {
            replies = try link.exchange(all)
        } catch {
            failure = error
            if error.isUnconnected { hasBegun = false }
            isCommitUnanswered = isCommit && error.kind == .lost && !error.isUnconnected
            isRefusedByGuard = isFirst && error.error.sqlState == "23502" && error.request == opening.guardPosition
            throw StoreError(error, address: link.origin.address)
        }
        if isFirst, let position = opening.guardPosition, replies[position].changed != 1 {
            // A writer whose row is gone must not write on.
            throw StoreError(
                code: .fenced,
                message: """
                    this process is no longer known to the state \(link.origin.address): the database was put back to an earlier time or \
                    replaced; start again
                    """)
        }
        return Array(replies.suffix(requests.count))
    }

    private func forEach(in reply: Reply, _ body: (Row) throws -> Bool) throws {
        guard let rows = reply.rows, rows.count > 0 else { return }
        let columns = PostgresColumns(rows, address: link.origin.address)
        for position in 0..<rows.count {
            columns.position = position
            guard try body(Row(columns: columns)) else { return }
        }
    }
}
