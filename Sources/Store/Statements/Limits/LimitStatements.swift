package import Values

extension Statements {
    /// The windows that have not ended at that moment.
    package func limitWindows(openAt now: Timestamp) throws -> [LimitWindowRecord] {
        try db.rows(
            """
            SELECT subject, span, start, granted FROM limit_windows
            WHERE (span = 'hour' AND start > ?) OR (span = 'day' AND start > ?)
            """,
            [now - .seconds(LimitWindow.hour.seconds), now - .seconds(LimitWindow.day.seconds)]
        ) { row in
            guard let window = try LimitWindow(rawValue: row[1]) else {
                throw StoreError(code: .notAState, message: "a limit window has an unknown span; restore the state from a backup")
            }
            return try LimitWindowRecord(subject: row[0], window: window, start: row[2], granted: row[3])
        }
    }
}

extension Writing {
    /// Removes windows that ended at least a day ago; a clock that steps back by less still finds its window.
    package func pruneLimitWindows(at now: Timestamp) throws {
        try db.run(
            """
            WITH pick AS MATERIALIZED (
                SELECT subject, span, start FROM limit_windows WHERE start < ? ORDER BY subject, span, start {for update})
            DELETE FROM limit_windows WHERE (subject, span, start) IN (SELECT subject, span, start FROM pick)
            """,
            [now - .seconds(2 * LimitWindow.day.seconds)])
    }
}
