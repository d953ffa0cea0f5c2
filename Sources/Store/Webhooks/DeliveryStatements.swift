import GRDB
import Spec
package import Values

extension Statements {
    package func delivery(_ id: DeliveryID) throws -> DeliveryRecord? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT d.id, d.event_id, e.type, d.webhook_id, d.workspace, d.status, d.attempts, d.retries_left, d.due_at,
                        d.claim IS NOT NULL, d.reason, d.created_at, d.finished_at
                    FROM deliveries d JOIN events e ON e.id = d.event_id WHERE d.id = ?
                    """), arguments: [id.text]
        ).map { try DeliveryRecord(row: $0) }
    }

    /// Newest first; `after` is the id that the page before ended with.
    package func deliveries(
        of webhook: WebhookID, status: DeliveryRecord.Status?, after: String?, limit: PageLimit
    ) throws -> ListPage<DeliveryRecord> {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT d.id, d.event_id, e.type, d.webhook_id, d.workspace, d.status, d.attempts, d.retries_left, d.due_at,
                        d.claim IS NOT NULL, d.reason, d.created_at, d.finished_at
                    FROM deliveries d JOIN events e ON e.id = d.event_id
                    WHERE d.webhook_id = ? AND (? IS NULL OR d.status = ?) AND (? IS NULL OR d.id < ?)
                    ORDER BY d.id DESC LIMIT ?
                    """), arguments: [webhook.text, status?.rawValue, status?.rawValue, after, after, limit.rows])
        return try ListPage(rows, limit: limit) { try DeliveryRecord(row: $0) }
    }

    /// The webhooks that have anything unclaimed to wait for, each with its earliest due time.
    ///
    /// One step into the index for each webhook, however many deliveries wait.
    package func nextDueTimes() throws -> [WebhookID: Timestamp] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id, (
                        SELECT min(due_at) FROM deliveries
                        WHERE webhook_id = webhooks.id AND status = 'PENDING' AND claim IS NULL AND due_at IS NOT NULL)
                    FROM webhooks
                    """))
        return rows.reduce(into: [:]) { times, row in
            if let id = WebhookID(row[0] as String), let due = row[1] as Int64? { times[id] = Timestamp(milliseconds: due) }
        }
    }

    /// The same for one webhook; nil where nothing waits.
    package func nextDueTime(of webhook: WebhookID) throws -> Timestamp? {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT min(due_at) FROM deliveries
                    WHERE webhook_id = ? AND status = 'PENDING' AND claim IS NULL AND due_at IS NOT NULL
                    """), arguments: [webhook.text]
        ).map { Timestamp(milliseconds: $0) }
    }

    /// The webhooks with deliveries that wait for the webhook itself.
    package func parkedWebhooks() throws -> [WebhookID] {
        try String.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id FROM webhooks WHERE EXISTS (
                        SELECT 1 FROM deliveries
                        WHERE webhook_id = webhooks.id AND status = 'PENDING' AND claim IS NULL AND due_at IS NULL)
                    """)
        ).compactMap { WebhookID($0) }
    }
}

extension DeliveryRecord {
    init(row: Row) throws {
        guard let id = DeliveryID(row[0] as String), let eventID = EventID(row[1] as String), let webhookID = WebhookID(row[3] as String),
            let status = Status(rawValue: row[5])
        else { throw StoreError(code: .notAState, message: "the delivery \(row[0] as String) cannot be read") }
        self.init(
            id: id, eventID: eventID, eventType: row[2], webhookID: webhookID, workspace: row[4], status: status, attempts: row[6],
            retriesLeft: row[7], dueAt: (row[8] as Int64?).map { Timestamp(milliseconds: $0) }, isUnderWay: row[9], reason: row[10],
            createdAt: Timestamp(milliseconds: row[11]), finishedAt: (row[12] as Int64?).map { Timestamp(milliseconds: $0) })
    }
}
