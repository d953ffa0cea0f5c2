import GRDB
package import Values

extension Statements {
    /// The windows that have not ended at that moment.
    package func limitWindows(openAt now: Timestamp) throws -> [LimitWindowRecord] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT subject, span, start, granted FROM limit_windows
                WHERE (span = 'hour' AND start > ?) OR (span = 'day' AND start > ?)
                """,
            arguments: [
                (now - .seconds(LimitWindow.hour.seconds)).milliseconds, (now - .seconds(LimitWindow.day.seconds)).milliseconds,
            ])
        return try rows.map { row in
            guard let window = LimitWindow(rawValue: row[1]) else {
                throw StoreError(code: .notAState, message: "a limit window has an unknown span; restore the state from a backup")
            }
            return LimitWindowRecord(subject: row[0], window: window, start: Timestamp(milliseconds: row[2]), granted: row[3])
        }
    }
}

extension Writing {
    /// Gives away a block of the window's allowance; commits before any call of the block is admitted.
    package func reserveLimit(_ claim: LimitClaim) throws -> LimitGrant {
        let granted =
            try Int.fetchOne(
                db.cachedStatement(sql: "SELECT granted FROM limit_windows WHERE subject = ? AND span = ? AND start = ?"),
                arguments: [claim.subject, claim.window.rawValue, claim.start.milliseconds]) ?? 0
        let block = claim.block(granted: granted)
        guard block > 0 else { return LimitGrant(window: claim.window, start: claim.start, added: 0, granted: granted) }
        let total = try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    INSERT INTO limit_windows (subject, span, start, granted) VALUES (?, ?, ?, ?)
                    ON CONFLICT (subject, span, start) DO UPDATE SET granted = limit_windows.granted + excluded.granted
                    RETURNING granted
                    """),
            arguments: [claim.subject, claim.window.rawValue, claim.start.milliseconds, block])
        return LimitGrant(window: claim.window, start: claim.start, added: block, granted: total ?? granted + block)
    }

    /// Gives back what a clean stop leaves unused, so that nothing is lost.
    package func returnLimit(subject: String, window: LimitWindow, start: Timestamp, unused: Int) throws {
        try db.cachedStatement(
            sql: "UPDATE limit_windows SET granted = granted - ? WHERE subject = ? AND span = ? AND start = ? AND granted >= ?"
        ).execute(arguments: [unused, subject, window.rawValue, start.milliseconds, unused])
    }

    /// Removes windows that ended at least a day ago; a clock that steps back by less still finds its window.
    package func pruneLimitWindows(at now: Timestamp) throws {
        try db.execute(
            sql: "DELETE FROM limit_windows WHERE start < ?", arguments: [(now - .seconds(2 * LimitWindow.day.seconds)).milliseconds])
    }
}
