import GRDB
package import Values

/// Something that happened, complete and ready to be stored.
package struct NewEvent: Sendable {
    package var id: EventID
    package var workspace: String
    package var type: String
    /// The sender's own id: a second event with it is the same event.
    package var idempotencyKey: String?
    /// The payload that receivers get.
    package var body: String
    package var createdAt: Timestamp

    package init(id: EventID, workspace: String, type: String, idempotencyKey: String?, body: String, createdAt: Timestamp) {
        self.id = id
        self.workspace = workspace
        self.type = type
        self.idempotencyKey = idempotencyKey
        self.body = body
        self.createdAt = createdAt
    }
}

/// A delivery that a new event starts with.
package struct NewDelivery: Sendable {
    package var id: DeliveryID
    package var webhookID: WebhookID
    package var retries: Int
    package var state: State

    package enum State: Sendable, Equatable {
        /// Held from the start by the worker that stores it.
        case claimed(String)
        case due
        case parked(reason: String)
    }

    package init(id: DeliveryID, webhookID: WebhookID, retries: Int, state: State) {
        self.id = id
        self.webhookID = webhookID
        self.retries = retries
        self.state = state
    }
}

/// What the state has after an event was handed in.
package struct StoredEvent: Sendable, Equatable {
    package var id: EventID
    package var deliveries: [Delivery]
    /// Whether the event was there before; nothing was written then.
    package var isDuplicate: Bool

    package struct Delivery: Sendable, Equatable {
        package var id: DeliveryID
        package var webhookID: WebhookID
    }

    /// The deliveries as a column keeps them: a JSON list of pairs.
    static func text(of deliveries: [Delivery]) -> String {
        JSON.array(deliveries.map { .array([.string($0.id.text), .string($0.webhookID.text)]) }).text
    }

    /// Nil for a text that `text(of:)` does not write.
    static func deliveries(inText text: String) -> [Delivery]? {
        guard let pairs = (try? JSON(parsing: text))?.array else { return nil }
        let found = pairs.compactMap { pair -> Delivery? in
            guard let texts = pair.strings, texts.count == 2, let id = DeliveryID(texts[0]), let webhook = WebhookID(texts[1]) else {
                return nil
            }
            return Delivery(id: id, webhookID: webhook)
        }
        return found.count == pairs.count ? found : nil
    }
}

/// An event as it was stored.
package struct EventRecord: Sendable, Equatable {
    package var id: EventID
    package var workspace: String
    package var type: String
    package var idempotencyKey: String?
    package var body: String
    package var createdAt: Timestamp
}

extension Writing {
    /// Stores an event with all its deliveries, or finds the one that came before under the same idempotency key.
    ///
    /// One statement decides which: the unique index, not a look beforehand. Webhooks that are gone meanwhile get nothing.
    package func storeEvent(_ event: NewEvent, deliveries: [NewDelivery]) throws -> StoredEvent {
        let promised =
            event.idempotencyKey == nil
            ? [] : deliveries.map { StoredEvent.Delivery(id: $0.id, webhookID: $0.webhookID) }.sorted { $0.id < $1.id }
        let isNew =
            try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        INSERT INTO events (id, workspace, type, idempotency_key, body, answer, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (workspace, idempotency_key) DO NOTHING RETURNING id
                        """),
                arguments: [
                    event.id.text, event.workspace, event.type, event.idempotencyKey, event.body,
                    event.idempotencyKey == nil ? nil : StoredEvent.text(of: promised), event.createdAt.milliseconds,
                ]) != nil
        guard isNew else { return try earlierEvent(event) }
        var stored: [StoredEvent.Delivery] = []
        for delivery in deliveries {
            var (due, claim, reason): (Int64?, String?, String?) = (event.createdAt.milliseconds, nil, nil)
            switch delivery.state {
            case .due: break
            case .claimed(let holder): claim = holder
            case .parked(let why): (due, reason) = (nil, why)
            }
            try db.cachedStatement(
                sql: """
                    INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, attempts, retries_left, due_at, claim, reason, created_at)
                    SELECT ?, ?, webhooks.id, ?, 'PENDING', 0, ?, ?, ?, ?, ? FROM webhooks WHERE webhooks.id = ?
                    """
            ).execute(arguments: [
                delivery.id.text, event.id.text, event.workspace, delivery.retries, due, claim, reason, event.createdAt.milliseconds,
                delivery.webhookID.text,
            ])
            if db.changesCount > 0 { stored.append(.init(id: delivery.id, webhookID: delivery.webhookID)) }
        }
        stored.sort { $0.id < $1.id }
        if event.idempotencyKey != nil, stored != promised {
            try db.cachedStatement(sql: "UPDATE events SET answer = ? WHERE id = ?")
                .execute(arguments: [StoredEvent.text(of: stored), event.id.text])
        }
        return StoredEvent(id: event.id, deliveries: stored, isDuplicate: false)
    }

    private func earlierEvent(_ event: NewEvent) throws -> StoredEvent {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT id, answer FROM events WHERE workspace = ? AND idempotency_key = ?"),
            arguments: [event.workspace, event.idempotencyKey])
        guard let row, let id = EventID(row[0] as String) else {
            throw StoreError(code: .constraint, message: "the state refused an event and has none of its idempotency key")
        }
        // The first answer as it was, although webhooks may have gone since, and their deliveries with them.
        let answered = (row[1] as String?).flatMap { StoredEvent.deliveries(inText: $0) }
        return StoredEvent(id: id, deliveries: try answered ?? deliveries(of: id), isDuplicate: true)
    }

    /// Deletes events of before `moment` that owe no delivery any more, with their deliveries and attempts; returns how many.
    @discardableResult
    package func pruneEvents(before moment: Timestamp, limit: Int) throws -> Int {
        try db.execute(
            sql: """
                DELETE FROM events WHERE id IN (
                    SELECT id FROM events WHERE created_at < ? AND NOT EXISTS (
                        SELECT 1 FROM deliveries WHERE deliveries.event_id = events.id AND deliveries.status = 'PENDING')
                    ORDER BY created_at LIMIT ?)
                """,
            arguments: [moment.milliseconds, limit])
        return db.changesCount
    }
}

extension Statements {
    /// The deliveries that an event was given, by id, as `storeEvent` answers them.
    package func deliveries(of event: EventID) throws -> [StoredEvent.Delivery] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT id, webhook_id FROM deliveries WHERE event_id = ? ORDER BY id"), arguments: [event.text]
        ).compactMap { row in
            guard let id = DeliveryID(row[0] as String), let webhook = WebhookID(row[1] as String) else { return nil }
            return StoredEvent.Delivery(id: id, webhookID: webhook)
        }
    }

    package func event(_ id: EventID) throws -> EventRecord? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT id, workspace, type, idempotency_key, body, created_at FROM events WHERE id = ?"),
            arguments: [id.text]
        ).flatMap { EventRecord(row: $0) }
    }

    /// Newest first, of one workspace or of all; `after` is the id that the page before ended with.
    ///
    /// - Parameter includesBody: whether the payloads are read; else every `body` is empty.
    package func events(workspace: String?, after: String?, limit: PageLimit, includesBody: Bool = false) throws -> ListPage<EventRecord> {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: includesBody ? Self.pageWithBodies : Self.page),
            arguments: [workspace, workspace, after, after, limit.rows])
        return try ListPage(rows, limit: limit) { EventRecord(row: $0) }
    }

    private static var page: String {
        """
        SELECT id, workspace, type, idempotency_key, '', created_at FROM events
        WHERE (? IS NULL OR workspace = ?) AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?
        """
    }

    private static var pageWithBodies: String {
        """
        SELECT id, workspace, type, idempotency_key, body, created_at FROM events
        WHERE (? IS NULL OR workspace = ?) AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?
        """
    }
}

extension EventRecord {
    init?(row: Row) {
        guard let id = EventID(row[0] as String) else { return nil }
        self.init(
            id: id, workspace: row[1], type: row[2], idempotencyKey: row[3], body: row[4],
            createdAt: Timestamp(milliseconds: row[5]))
    }
}
