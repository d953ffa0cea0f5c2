import Spec
package import Values

extension DeliveryAttempt {
    /// Attempts of one delivery that are shown, the newest; who retries by hand can make any number.
    package static let shown = 120
}

extension Statements {
    /// The newest attempts, in the order made, as many as the limit lets in.
    package func attempts(of delivery: DeliveryID, limit: PageLimit = PageLimit(items: DeliveryAttempt.shown)) throws -> [DeliveryAttempt] {
        try db.page(
            """
            SELECT number, at, duration, status_code, error, response FROM delivery_attempts
            WHERE delivery_id = ? ORDER BY number DESC LIMIT ?
            """,
            [delivery, limit.rows], limit: limit
        ) { row in try DeliveryAttempt(row: row, from: 0) }.reversed()
    }

    /// A page of deliveries with their newest attempts, which count towards its bytes; read with two statements.
    ///
    /// - Parameter includesResponses: whether what receivers answered is read; else every `response` is nil.
    package func attemptedDeliveries(
        of webhook: WebhookID, status: DeliveryRecord.Status?, after: String?, limit: PageLimit, includesResponses: Bool
    ) throws -> ListPage<AttemptedDelivery> {
        let records = try deliveries(of: webhook, status: status, after: after, limit: limit)
        guard let newest = records.first, let oldest = records.last else { return ListPage(items: [], hasMore: false) }
        var page = ListPage(items: records.map { AttemptedDelivery(record: $0, attempts: []) }, hasMore: records.hasMore)
        var (position, bytes) = (0, 0)
        try db.scan(
            Self.attemptsOfPage(of: status),
            [includesResponses, webhook] + Self.parameter(of: status)
                + [newest.id, oldest.id, DeliveryAttempt.shown]
        ) { row in
            let id: String = try row[0]
            while page.items[position].record.id.text != id {
                position += 1
                guard position < page.items.count else {
                    throw StoreError(
                        code: .notAState, message: "the attempts of the delivery \(id) cannot be read; restore the state from a backup")
                }
            }
            bytes += row.byteCount
            // What was begun is left for the next page, unless it is the first: that one is shown with the attempts that fit.
            if bytes > limit.bytes {
                page.items.removeSubrange(max(1, position)...)
                page.hasMore = page.hasMore || page.items.count < records.count
                return false
            }
            page.items[position].attempts.append(try DeliveryAttempt(row: row, from: 1))
            return true
        }
        for index in page.items.indices { page.items[index].attempts.reverse() }
        return page
    }

    static func attemptsOfPage(of status: DeliveryRecord.Status?) -> SQL {
        switch status {
        case nil: attemptsOfAll
        case .exhausted: attemptsOfExhausted
        case .pending, .delivered: attemptsOfStatus
        }
    }

    private static var attemptsOfAll: SQL {
        """
        SELECT a.delivery_id, a.number, a.at, a.duration, a.status_code, a.error, CASE WHEN ? = 1 THEN a.response END
        FROM deliveries d JOIN delivery_attempts a ON a.delivery_id = d.id
        WHERE d.webhook_id = ? AND d.id <= ? AND d.id >= ? AND a.number > d.attempts - ?
        ORDER BY d.id DESC, a.number DESC
        """
    }

    private static var attemptsOfExhausted: SQL {
        """
        SELECT a.delivery_id, a.number, a.at, a.duration, a.status_code, a.error, CASE WHEN ? = 1 THEN a.response END
        FROM deliveries d JOIN delivery_attempts a ON a.delivery_id = d.id
        WHERE d.webhook_id = ? AND d.status = 'EXHAUSTED' AND d.id <= ? AND d.id >= ? AND a.number > d.attempts - ?
        ORDER BY d.id DESC, a.number DESC
        """
    }

    private static var attemptsOfStatus: SQL {
        """
        SELECT a.delivery_id, a.number, a.at, a.duration, a.status_code, a.error, CASE WHEN ? = 1 THEN a.response END
        FROM deliveries d JOIN delivery_attempts a ON a.delivery_id = d.id
        WHERE d.webhook_id = ? AND d.status = ? AND d.id <= ? AND d.id >= ? AND a.number > d.attempts - ?
        ORDER BY d.id DESC, a.number DESC
        """
    }
}

extension DeliveryAttempt {
    /// - Parameter column: that of the number; the others follow it.
    fileprivate init(row: Row, from column: Int) throws {
        try self.init(
            number: row[column], at: row[column + 1], duration: .milliseconds(row[column + 2] as Int64),
            statusCode: row[column + 3], error: row[column + 4], response: row[column + 5])
    }
}
