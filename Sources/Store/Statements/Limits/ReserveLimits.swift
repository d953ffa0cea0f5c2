import Values

/// Gives away blocks of windows' allowances, as `LimitClaim.block(granted:)` says; commits before any call of a block is admitted.
///
/// An input is all that one caller claims. The block is decided in the statement, on the row as it is when its lock is held, so that
/// two who claim at the same time never give away more than the limit together.
enum ReserveLimits: BatchOperation {
    static var order: BatchOrder { .limits }

    static func run(_ inputs: [[LimitClaim]], in writing: Writing) throws -> [[LimitGrant]] {
        let claims = inputs.flatMap { $0 }
        let inKeyOrder = claims.indices.sorted { isBefore((claims[$0], $0), (claims[$1], $1)) }
        var grants: [LimitGrant?] = Array(repeating: nil, count: claims.count)
        try writing.db.run(reserve, each: inKeyOrder.map { arguments(of: claims[$0]) }) { position, row in
            let index = inKeyOrder[position]
            grants[index] = try LimitGrant(window: claims[index].window, start: claims[index].start, added: row[1], granted: row[0])
        }
        var rest = grants[...]
        return try inputs.map { input in
            defer { rest = rest.dropFirst(input.count) }
            return try rest.prefix(input.count).map { grant in
                guard let grant else { throw StoreError(code: .database, message: "the state gave no answer to a claim of a limit") }
                return grant
            }
        }
    }

    private static func isBefore(_ left: (claim: LimitClaim, position: Int), _ right: (claim: LimitClaim, position: Int)) -> Bool {
        (ExactText(left.claim.subject), left.claim.window.rawValue, left.claim.start, left.position)
            < (ExactText(right.claim.subject), right.claim.window.rawValue, right.claim.start, right.position)
    }

    /// `given` is the block, so that it comes back; it is written out twice, and means nothing afterwards. What is below zero counts as
    /// zero, and without spare the quarter is multiplied away.
    private static let reserve: SQL = """
        INSERT INTO limit_windows (subject, span, start, granted, given) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (subject, span, start) DO UPDATE SET
            granted = {greatest}(limit_windows.granted, 0) + {least}(
                {greatest}(? - {greatest}(limit_windows.granted, 0), 0),
                {greatest}(?, ? * {least}({greatest}((? - {greatest}(limit_windows.granted, 0)) / 4, 1), 100))),
            given = {least}(
                {greatest}(? - {greatest}(limit_windows.granted, 0), 0),
                {greatest}(?, ? * {least}({greatest}((? - {greatest}(limit_windows.granted, 0)) / 4, 1), 100)))
        RETURNING granted, given
        """

    private static func arguments(of claim: LimitClaim) -> SQLArguments {
        let first = SQLValue.int(Int64(max(0, claim.block(granted: 0))))
        let (limit, demand) = (SQLValue.int(Int64(claim.limit)), SQLValue.int(Int64(claim.demand)))
        let spare = SQLValue.int(claim.takesSpare ? 1 : 0)
        return SQLArguments([
            .text(claim.subject), .text(claim.window.rawValue), .int(claim.start.milliseconds), first, first,
            limit, demand, spare, limit,
            limit, demand, spare, limit,
        ])
    }
}

extension Writing {
    /// Gives away blocks of windows' allowances, with one wait; commits before any call of the blocks is admitted.
    package func reserveLimits(_ claims: [LimitClaim]) throws -> [LimitGrant] {
        try ReserveLimits.run([claims], in: self)[0]
    }
}

extension Store {
    /// The same in a transaction shared with whoever asks at the same time; returns after the commit.
    package func reserveLimits(_ claims: [LimitClaim]) async throws -> [LimitGrant] {
        try await submit(claims, to: ReserveLimits.self)
    }
}
