import Spec
package import Values

extension Writing {
    /// Looks at the next `limit` events of before `moment`, and deletes those of them that owe no delivery any more, with their
    /// deliveries and attempts.
    ///
    /// What a look costs does not depend on how many events are still owed to somebody. Events that somebody else holds are passed
    /// over. Once they are held here they are looked at again: meanwhile somebody may have asked for a delivery anew, and then the
    /// event stays.
    @discardableResult
    package func pruneEvents(before moment: Timestamp, after position: EventPosition = .start, limit: Int) throws -> EventPruning {
        let page = try db.rows(
            Self.oldEvents, [position.createdAt, position.id, moment, limit]
        ) { row in EventPosition(createdAt: try row[0], id: try row[1]) }
        var found: [String] = []
        try db.run(Self.holdEndedEvent, each: page.map { [$0.id] }) { _, row in found.append(try row[0]) }
        if db.dialect.locksRows { try keepWebhooks(ofEvents: found) }
        let deleted = try db.run(
            """
            DELETE FROM events WHERE id = ? AND NOT EXISTS (
                SELECT 1 FROM deliveries WHERE deliveries.event_id = events.id AND deliveries.status = 'PENDING')
            """,
            each: found.map { [$0] })
        return EventPruning(deleted: deleted.reduce(0, +), next: page.count < limit ? nil : page.last)
    }

    static var oldEvents: SQL {
        """
        SELECT created_at, id FROM events WHERE (created_at, id) > (?, ?) AND created_at < ? ORDER BY created_at, id LIMIT ?
        """
    }

    static var holdEndedEvent: SQL {
        """
        SELECT id FROM events WHERE id = ? AND NOT EXISTS (
            SELECT 1 FROM deliveries WHERE deliveries.event_id = events.id AND deliveries.status = 'PENDING')
        {for update} {skip locked}
        """
    }

    /// Whoever removes a webhook takes its deliveries, as whoever removes an event does: one of the two waits.
    private func keepWebhooks(ofEvents ids: [String]) throws {
        var webhooks: Set<WebhookID> = []
        try db.run("SELECT webhook_id FROM deliveries WHERE event_id = ?", each: ids.map { [$0] }) { _, row in
            if let id = WebhookID(try row[0] as String) { webhooks.insert(id) }
        }
        try keepWebhooks(webhooks)
    }
}

extension Statements {
    /// The deliveries that an event was given, by id, as `storeEvent` answers them.
    package func deliveries(of event: EventID) throws -> [StoredEvent.Delivery] {
        try db.rows("SELECT id, webhook_id FROM deliveries WHERE event_id = ? ORDER BY id", [event]) { row in
            try StoredEvent.Delivery(row: row)
        }.compactMap { $0 }
    }

    package func event(_ id: EventID) throws -> EventRecord? {
        try db.row("SELECT id, workspace, type, idempotency_key, body, created_at FROM events WHERE id = ?", [id]) { row in
            try EventRecord(row: row)
        } ?? nil
    }

    /// Newest first, of one workspace or of all; `after` is the id that the page before ended with.
    ///
    /// - Parameter includesBody: whether the payloads are read; else every `body` is empty.
    package func events(workspace: String?, after: String?, limit: PageLimit, includesBody: Bool = false) throws -> ListPage<EventRecord> {
        try db.page(
            includesBody ? Self.pageWithBodies : Self.page, [workspace, workspace, after, after, limit.rows], limit: limit
        ) { row in try EventRecord(row: row) }
    }

    private static var page: SQL {
        """
        SELECT id, workspace, type, idempotency_key, '', created_at FROM events
        WHERE (? IS NULL OR workspace = ?) AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?
        """
    }

    private static var pageWithBodies: SQL {
        """
        SELECT id, workspace, type, idempotency_key, body, created_at FROM events
        WHERE (? IS NULL OR workspace = ?) AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?
        """
    }
}

extension StoredEvent.Delivery {
    /// From the id and the webhook's id; nil for what is neither.
    init?(row: Row) throws {
        guard let id = try DeliveryID(row[0]), let webhook = try WebhookID(row[1]) else { return nil }
        self.init(id: id, webhookID: webhook)
    }
}

extension EventRecord {
    init?(row: Row) throws {
        guard let id = try EventID(row[0]) else { return nil }
        try self.init(
            id: id, workspace: row[1], type: row[2], idempotencyKey: row[3], body: row[4],
            createdAt: row[5])
    }
}
