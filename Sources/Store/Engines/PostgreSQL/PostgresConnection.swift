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
    /// Whether the writer's row refused the transaction, or is gone.
    private(set) var isRefusedByGuard = false
    private var cursors = 0

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

    /// Sends what stands at the beginning and waits for it.
    func begin() throws { try send([]) }

    func forEach(_ sql: SQL, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws {
        let results = try send([PostgresLink.Request(sql: sql, arguments: arguments)])
        try forEach(in: results[0], body)
    }

    func scan(_ sql: SQL, _ arguments: SQLArguments, _ body: (Row) throws -> Bool) throws {
        cursors += 1
        let name = "scan_\(cursors)"
        let declaration = SQL(stringLiteral: "DECLARE \(name) NO SCROLL CURSOR FOR \(sql.text)")
        var count = Self.firstFetch
        var requests = [Request(sql: declaration, arguments: arguments, isControl: true), .fetch(count, from: name)]
        while true {
            guard let rows = try send(requests).last?.rows, rows.count > 0 else { break }
            let columns = PostgresColumns(rows, address: link.origin.address)
            var largest = 1
            for position in 0..<rows.count {
                columns.position = position
                guard try body(Row(columns: columns)) else { return pending.append(.control(SQL(stringLiteral: "CLOSE \(name)"))) }
                largest = max(largest, columns.byteCount)
            }
            if rows.count < count { break }
            count = min(max(1, Self.fetchedBytes / largest), Self.maximumExchange)
            requests = [.fetch(count, from: name)]
        }
        pending.append(.control(SQL(stringLiteral: "CLOSE \(name)")))
    }

    private typealias Request = PostgresLink.Request
    /// Rows that are fetched before it is known how large they are.
    private static let firstFetch = 8
    /// What the rows of a fetch hold at most together, as far as the ones before tell.
    private static let fetchedBytes = 1 << 20

    func run(_ sql: SQL, _ arguments: SQLArguments) throws -> Int {
        try send([PostgresLink.Request(sql: sql, arguments: arguments)])[0].changed
    }

    func run(_ sql: SQL, each arguments: [SQLArguments], row: (Int, Row) throws -> Void) throws -> [Int] {
        var changed: [Int] = []
        changed.reserveCapacity(arguments.count)
        for start in stride(from: 0, to: arguments.count, by: Self.maximumExchange) {
            let part = arguments[start..<min(start + Self.maximumExchange, arguments.count)]
            for (offset, result) in try send(part.map { PostgresLink.Request(sql: sql, arguments: $0) }).enumerated() {
                try forEach(in: result) {
                    try row(start + offset, $0)
                    return true
                }
                changed.append(result.changed)
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

    func run(_ sql: SQL, over rows: [SQLArguments], row: (Row) throws -> Void) throws {
        guard !rows.isEmpty else { return }
        for result in try send(Self.requests(sql, over: rows)) {
            try forEach(in: result) {
                try row($0)
                return true
            }
        }
    }

    func queue(_ sql: SQL, over rows: [SQLArguments]) throws {
        pending += Self.requests(sql, over: rows)
    }

    /// Bytes of rows in one request, unless one row is longer: the message is in memory as a whole.
    private static let maximumRowBytes = 1 << 20

    private static func requests(_ sql: SQL, over rows: [SQLArguments]) -> [PostgresLink.Request] {
        var requests: [PostgresLink.Request] = []
        var (start, bytes) = (0, 0)
        for (index, row) in rows.enumerated() {
            let size = row.values.reduce(0) { $0 + $1.byteCount }
            if index > start, bytes + size > maximumRowBytes {
                requests.append(PostgresLink.Request(sql: sql, over: rows[start..<index]))
                (start, bytes) = (index, 0)
            }
            bytes += size
        }
        if start < rows.count { requests.append(PostgresLink.Request(sql: sql, over: rows[start...])) }
        return requests
    }

    /// Ends the transaction with COMMIT, together with what is still to be sent.
    func commit() throws {
        // A read that asked nothing.
        if !hasBegun, opening.guardPosition == nil { return }
        // Waiting for a standby is not to be cancelled: it would be committed all the same, unseen.
        let waiting: [PostgresLink.Request] = opening.guardPosition == nil ? [] : [.control("SET LOCAL statement_timeout = 0")]
        let results = try send(waiting + [.control("COMMIT")], isCommit: true)
        hasBegun = false
        // The COMMIT of a transaction that failed answers ROLLBACK.
        guard results.last?.command == "COMMIT" else {
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
            _ = try link.exchange([.control("ROLLBACK")], continues: true)
        } catch {
            link.close()
        }
    }

    /// Sends what is pending and `requests`; the results are those of `requests`.
    @discardableResult
    private func send(_ requests: [PostgresLink.Request], isCommit: Bool = false) throws -> [CommandResult] {
        if let failure { throw StoreError(failure, address: link.origin.address) }
        let all = pending + requests
        let isFirst = !hasBegun
        pending = []
        hasBegun = true
        let results: [CommandResult]
        do {
            results = try link.exchange(all, continues: !isFirst)
        } catch {
            failure = error
            if error.isUnconnected { hasBegun = false }
            isCommitUnanswered = isCommit && error.kind == .lost && !error.isUnconnected
            let isGuard = isFirst && error.request != nil && error.request == opening.guardPosition
            isRefusedByGuard = isGuard && ["23502", "22012"].contains(error.error.sqlState)
            throw StoreError(error, address: link.origin.address)
        }
        return Array(results.suffix(requests.count))
    }

    private func forEach(in result: CommandResult, _ body: (Row) throws -> Bool) throws {
        guard let rows = result.rows, rows.count > 0 else { return }
        let columns = PostgresColumns(rows, address: link.origin.address)
        for position in 0..<rows.count {
            columns.position = position
            guard try body(Row(columns: columns)) else { return }
        }
    }
}

extension PostgresLink.Request {
    fileprivate static func fetch(_ count: Int, from cursor: String) -> Self {
        .control(SQL(stringLiteral: "FETCH \(count) FROM \(cursor)"))
    }
}
