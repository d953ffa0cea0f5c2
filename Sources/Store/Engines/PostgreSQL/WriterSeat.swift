/// A writer's row in `writers`, which decides whether a COMMIT whose answer was lost took place.
///
/// The first statement of every transaction counts the row's batch up from the number that the writer knows. After a lost answer the
/// same transaction is tried again with the same number: it waits for the row while the old session lives; then either it runs,
/// since the old one was undone and, being late, would itself be refused; or the row says that the number is taken, and the old one
/// was committed. There is no moment in between, and nothing to clean up.
///
/// A higher epoch in the row fences the writer: somebody declared its process dead, and nothing of it commits any more.
///
/// Concurrency: belongs to a link, and so to one thread.
final class WriterSeat {
    let node: String
    let lane: Int
    let epoch = WriterSeat.firstEpoch
    static let firstEpoch = 1
    /// More than the lanes that any process has; all of them are shut where one is fenced, also those that were never used.
    static let maximumLanes = 16
    /// The last batch that is known to be committed.
    private(set) var batch = 0
    private(set) var isRegistered = false
    /// Whether the last transaction was given up without knowing whether it was committed: its number may be taken, or be taken yet.
    private(set) var isUndecided = false

    init(node: String, lane: Int) {
        self.node = node
        self.lane = lane
    }

    func commit() { batch += 1 }

    func leaveUndecided() { isUndecided = true }

    /// The row has taken the number for another transaction: the one that was given up was undone.
    func decide() { isUndecided = false }

    /// Takes over the row as an earlier link of this process left it, before the first transaction.
    ///
    /// Of a number that nobody has counted to, the row refuses the first transaction.
    func register(batch: Int) {
        self.batch = min(max(batch, 0), 1 << 62)
        isRegistered = true
    }

    /// Makes the row where there is none; the number goes on where there is one. The first of a process makes one for the process too
    /// (`processLane`), and the others none where that is missing: then this is no longer the database that the process began with, or
    /// it was put back to a time before, and the guardian refuses whatever comes.
    ///
    /// - Parameter isFirst: whether no row of the process is known to be there.
    func registration(isFirst: Bool) -> PostgresLink.Request {
        isFirst
            ? PostgresLink.Request(
                sql: """
                    INSERT INTO writers (node, lane, epoch, batch, beat_at) VALUES (?, ?, ?, 0, {now_ms}), (?, ?, ?, ?, {now_ms})
                    ON CONFLICT (node, lane) DO NOTHING
                    """, arguments: [node, Self.processLane, epoch, node, lane, epoch, batch])
            : PostgresLink.Request(
                sql: """
                    INSERT INTO writers (node, lane, epoch, batch, beat_at)
                    SELECT node, ?, ?, ?, {now_ms} FROM writers WHERE node = ? AND lane = ?
                    ON CONFLICT (node, lane) DO NOTHING
                    """, arguments: [lane, epoch, batch, node, Self.processLane])
    }

    private static let processLane = -1

    /// Refused by NOT NULL (23502) where the epoch or the batch is not as this writer knows it, and by a division (22012) where the row
    /// is gone: an UPDATE of no row would let the statements and the COMMIT that are sent along take effect.
    var guardian: PostgresLink.Request {
        PostgresLink.Request(
            sql: """
                WITH counted AS (
                    UPDATE writers SET batch = CASE WHEN epoch = ? AND batch = ? THEN ? END WHERE node = ? AND lane = ? RETURNING batch
                )
                SELECT 1 / count(*) FROM counted
                """, arguments: [epoch, batch, batch + 1, node, lane])
    }

    /// What the row says now.
    var question: PostgresLink.Request {
        PostgresLink.Request(sql: "SELECT epoch, batch FROM writers WHERE node = ? AND lane = ?", arguments: [node, lane])
    }

    /// What the row means for a transaction that it refused.
    enum Verdict: Hashable {
        /// The run whose COMMIT was not answered was committed.
        case committed
        /// It was not, and the next run is not refused.
        case undone
        /// Another process took the place of this one, or the database is no longer the one that was written to.
        case replaced
    }

    /// A run that was committed stays so, should the writer have been fenced afterwards.
    func verdict(epoch: Int, batch: Int, isUnanswered: Bool) -> Verdict {
        if batch == self.batch + 1 {
            if isUndecided, epoch == self.epoch {
                // It was the one that was given up, and nobody waits for it any more.
                self.batch = batch
                isUndecided = false
                return .undone
            }
            if isUnanswered { return .committed }
        }
        return epoch == self.epoch && batch == self.batch ? .undone : .replaced
    }
}
