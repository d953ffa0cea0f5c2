import Spec
package import Values

extension Statements {
    package func delivery(_ id: DeliveryID) throws -> DeliveryRecord? {
        try db.row(
            """
            SELECT d.id, d.event_id, e.type, d.webhook_id, d.workspace, d.status, d.attempts, d.retries_left, d.due_at,
                d.claim IS NOT NULL, d.reason, d.created_at, d.finished_at
            FROM deliveries d JOIN events e ON e.id = d.event_id WHERE d.id = ?
            """,
            [id]
        ) { row in try DeliveryRecord(row: row) }
    }

    /// Newest first; `after` is the id that the page before ended with.
    package func deliveries(
        of webhook: WebhookID, status: DeliveryRecord.Status?, after: String?, limit: PageLimit
    ) throws -> ListPage<DeliveryRecord> {
        try db.page(
            Self.deliveryPage(of: status),
            [webhook] + Self.parameter(of: status) + [after, limit.rows], limit: limit
        ) { row in try DeliveryRecord(row: row) }
    }

    // A bound in any case, which lets SQLite start behind `after`; no id reaches `~`. Those that were given up have a statement that
    // names them, so that their index finds the few that they are.

    static func deliveryPage(of status: DeliveryRecord.Status?) -> SQL {
        switch status {
        case nil: deliveryPageOfAll
        case .exhausted: deliveryPageOfExhausted
        case .pending, .delivered: deliveryPageOfStatus
        }
    }

    /// What stands in the place of a status, in the statements of pages that ask for it.
    static func parameter(of status: DeliveryRecord.Status?) -> SQLArguments {
        switch status {
        case nil, .exhausted: []
        case .pending?, .delivered?: SQLArguments([.text(status?.rawValue ?? "")])
        }
    }

    private static var deliveryPageOfAll: SQL {
        """
        SELECT d.id, d.event_id, e.type, d.webhook_id, d.workspace, d.status, d.attempts, d.retries_left, d.due_at,
            d.claim IS NOT NULL, d.reason, d.created_at, d.finished_at
        FROM deliveries d JOIN events e ON e.id = d.event_id
        WHERE d.webhook_id = ? AND d.id < coalesce(?, '~')
        ORDER BY d.id DESC LIMIT ?
        """
    }

    private static var deliveryPageOfExhausted: SQL {
        """
        SELECT d.id, d.event_id, e.type, d.webhook_id, d.workspace, d.status, d.attempts, d.retries_left, d.due_at,
            d.claim IS NOT NULL, d.reason, d.created_at, d.finished_at
        FROM deliveries d JOIN events e ON e.id = d.event_id
        WHERE d.webhook_id = ? AND d.status = 'EXHAUSTED' AND d.id < coalesce(?, '~')
        ORDER BY d.id DESC LIMIT ?
        """
    }

    private static var deliveryPageOfStatus: SQL {
        """
        SELECT d.id, d.event_id, e.type, d.webhook_id, d.workspace, d.status, d.attempts, d.retries_left, d.due_at,
            d.claim IS NOT NULL, d.reason, d.created_at, d.finished_at
        FROM deliveries d JOIN events e ON e.id = d.event_id
        WHERE d.webhook_id = ? AND d.status = ? AND d.id < coalesce(?, '~')
        ORDER BY d.id DESC LIMIT ?
        """
    }

    /// The webhooks that have anything unclaimed to wait for, each with its earliest due time.
    ///
    /// One step into the index for each webhook, however many deliveries wait.
    package func nextDueTimes() throws -> [WebhookID: Timestamp] {
        var times: [WebhookID: Timestamp] = [:]
        try db.forEach(
            """
            SELECT id, (
                SELECT min(due_at) FROM deliveries
                WHERE webhook_id = webhooks.id AND status = 'PENDING' AND claim IS NULL AND due_at IS NOT NULL)
            FROM webhooks
            """,
            []
        ) { row in
            if let id = try WebhookID(row[0]), let due: Timestamp = try row[1] { times[id] = due }
            return true
        }
        return times
    }

    /// The same of these webhooks, with one wait; those with nothing due are left out.
    package func nextDueTimes(of webhooks: [WebhookID]) throws -> [WebhookID: Timestamp] {
        var times: [WebhookID: Timestamp] = [:]
        try db.run(
            """
            SELECT min(due_at) FROM deliveries
            WHERE webhook_id = ? AND status = 'PENDING' AND claim IS NULL AND due_at IS NOT NULL
            """,
            each: webhooks.map { SQLArguments([.text($0.text)]) }
        ) { position, row in
            if let due: Timestamp = try row[0] { times[webhooks[position]] = due }
        }
        return times
    }

    /// The webhooks with deliveries that wait for the webhook itself.
    package func parkedWebhooks() throws -> [WebhookID] {
        try db.values(
            """
            SELECT id FROM webhooks WHERE EXISTS (
                SELECT 1 FROM deliveries
                WHERE webhook_id = webhooks.id AND status = 'PENDING' AND claim IS NULL AND due_at IS NULL)
            """,
            as: String.self
        ).compactMap { WebhookID($0) }
    }
}

extension DeliveryRecord {
    init(row: Row) throws {
        let text: String = try row[0]
        guard let id = DeliveryID(text), let eventID = try EventID(row[1]), let webhookID = try WebhookID(row[3]),
            let status = try Status(rawValue: row[5])
        else { throw Self.damaged(text) }
        try self.init(
            id: id, eventID: eventID, eventType: row[2], webhookID: webhookID, workspace: row[4], status: status, attempts: row[6],
            retriesLeft: row[7], dueAt: row[8], isUnderWay: row[9], reason: row[10],
            createdAt: row[11], finishedAt: row[12])
    }

    static func damaged(_ id: String) -> StoreError { StoreError(code: .notAState, message: "the delivery \(id) cannot be read") }
}
