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
    let epoch = 1
    /// The last batch that is known to be committed.
    private(set) var batch = 0
    var isRegistered = false

    init(node: String, lane: Int) {
        self.node = node
        self.lane = lane
    }

    func commit() { batch += 1 }

    /// Makes the row where there is none; the number goes on where there is one.
    var registration: PostgresLink.Request {
        PostgresLink.Request(
            sql: """
                INSERT INTO writers (node, lane, epoch, batch, beat_at) VALUES (?, ?, ?, ?, {now_ms})
                ON CONFLICT (node, lane) DO NOTHING
                """, arguments: [node, lane, epoch, batch])
    }

    /// Refused by NOT NULL (23502) where the epoch or the batch is not as this writer knows it.
    var guardian: PostgresLink.Request {
        PostgresLink.Request(
            sql: "UPDATE writers SET batch = CASE WHEN epoch = ? AND batch = ? THEN ? END WHERE node = ? AND lane = ?",
            arguments: [epoch, batch, batch + 1, node, lane])
    }

    /// What the row says now.
    var question: PostgresLink.Request {
        PostgresLink.Request(sql: "SELECT epoch, batch FROM writers WHERE node = ? AND lane = ?", arguments: [node, lane])
    }
}
