import Values

/// Stores events with all their deliveries, or finds those that came before under the same idempotency keys.
///
/// One statement decides which: the unique index, not a look beforehand. Webhooks that are gone meanwhile get nothing.
///
/// Events and deliveries travel together: a delivery is written where its own event is there, so an event that got one is new. Only
/// those that have a key and got none are looked up. Of two inputs with one key the first is stored, and its answer is the second's.
enum StoreEvents: BatchOperation {
    struct Input: Sendable {
        var event: NewEvent
        var deliveries: [NewDelivery]
    }

    static var order: BatchOrder { .events }

    static func run(_ inputs: [Input], in writing: Writing) throws -> [StoredEvent] {
        let db = writing.db
        let inKeyOrder = inputs.indices.sorted { isBefore((inputs[$0].event, $0), (inputs[$1].event, $1)) }
        let promised = inputs.map(promise)
        try db.queue(insertEvents, over: inKeyOrder.map { arguments(of: inputs[$0].event, promising: promised[$0]) })

        let owed = inputs.indices.flatMap { index in inputs[index].deliveries.map { (index: index, delivery: $0) } }
            .sorted { ($0.delivery.webhookID, $0.delivery.id) < ($1.delivery.webhookID, $1.delivery.id) }
        var stored: [[StoredEvent.Delivery]] = Array(repeating: [], count: inputs.count)
        let positions = Dictionary(owed.enumerated().map { ($1.delivery.id.text, $0) }) { first, _ in first }
        try db.run(insertDeliveries, over: owed.map { arguments(of: $0.delivery, of: inputs[$0.index].event) }) { row in
            guard let position = positions[try row[0]] else { return }
            let (index, delivery) = owed[position]
            stored[index].append(.init(id: delivery.id, webhookID: delivery.webhookID))
        }
        for index in stored.indices { stored[index].sort { $0.id < $1.id } }

        let undecided = inKeyOrder.filter { inputs[$0].event.idempotencyKey != nil && stored[$0].isEmpty }
        let earlier = undecided.isEmpty ? [:] : try earlierEvents(of: undecided, among: inputs, stored: stored, in: db)
        try correctAnswers(
            inKeyOrder.filter { earlier[$0] == nil && inputs[$0].event.idempotencyKey != nil && stored[$0] != promised[$0] }
                .map { (inputs[$0].event.id, stored[$0]) }, in: db)
        return inputs.indices.map { index in
            earlier[index] ?? StoredEvent(id: inputs[index].event.id, deliveries: stored[index], isDuplicate: false)
        }
    }

    /// By workspace and key, as the unique index has them; those that share a key in the order they came in.
    private static func isBefore(_ left: (event: NewEvent, position: Int), _ right: (event: NewEvent, position: Int)) -> Bool {
        (ExactText(left.event.workspace), ExactText(left.event.idempotencyKey ?? ""), left.position)
            < (ExactText(right.event.workspace), ExactText(right.event.idempotencyKey ?? ""), right.position)
    }

    /// What the answer will be unless a webhook is gone; nothing where no repetition can ask for it.
    private static func promise(_ input: Input) -> [StoredEvent.Delivery] {
        guard input.event.idempotencyKey != nil else { return [] }
        return input.deliveries.map { .init(id: $0.id, webhookID: $0.webhookID) }.sorted { $0.id < $1.id }
    }

    /// The events that were there before; one that was stored just now without deliveries is none of them.
    private static func earlierEvents(
        of undecided: [Int], among inputs: [Input], stored: [[StoredEvent.Delivery]], in db: any Connection
    ) throws -> [Int: StoredEvent] {
        var found: [Int: (id: EventID, answer: [StoredEvent.Delivery]?)] = [:]
        try db.run(
            selectEvent,
            each: undecided.map { index in
                SQLArguments([.text(inputs[index].event.workspace), .text(inputs[index].event.idempotencyKey)])
            }
        ) { position, row in
            let text: String = try row[0]
            guard let id = EventID(text) else {
                throw StoreError(code: .notAState, message: "the event \(text) cannot be read; restore the state from a backup")
            }
            let answer: String? = try row[1]
            found[undecided[position]] = (id, answer.flatMap { StoredEvent.deliveries(inText: $0) })
        }
        let ofThisBatch = Dictionary(inputs.indices.map { (inputs[$0].event.id, $0) }) { first, _ in first }
        var earlier: [Int: StoredEvent] = [:]
        var unanswered: [Int] = []
        for index in undecided {
            guard let event = found[index] else {
                throw StoreError(code: .constraint, message: "the state refused an event and has none of its idempotency key")
            }
            guard event.id != inputs[index].event.id else { continue }
            // The first answer as it was, although webhooks may have gone since, and their deliveries with them.
            let answer = ofThisBatch[event.id].map { stored[$0] } ?? event.answer
            if answer == nil { unanswered.append(index) }
            earlier[index] = StoredEvent(id: event.id, deliveries: answer ?? [], isDuplicate: true)
        }
        guard !unanswered.isEmpty else { return earlier }
        try db.run(selectDeliveries, each: unanswered.map { [earlier[$0]?.id.text] }) { position, row in
            if let delivery = try StoredEvent.Delivery(row: row) { earlier[unanswered[position]]?.deliveries.append(delivery) }
        }
        return earlier
    }

    private static func correctAnswers(_ answers: [(EventID, [StoredEvent.Delivery])], in db: any Connection) throws {
        guard !answers.isEmpty else { return }
        try db.queue(
            "UPDATE events SET answer = ? WHERE id = ?",
            each: answers.map { id, deliveries in SQLArguments([.text(StoredEvent.text(of: deliveries)), .text(id.text)]) })
    }

    // `WHERE TRUE` tells SQLite that `ON CONFLICT` begins no join.
    private static let insertEvents: SQL = """
        INSERT INTO events (id, workspace, type, idempotency_key, body, answer, created_at)
        SELECT event, home, kind, idempotency, payload, promised, made
        FROM {rows given text event, text home, text kind, text idempotency, text payload, text promised, int made} WHERE TRUE
        ON CONFLICT (workspace, idempotency_key) DO NOTHING
        """

    private static func arguments(of event: NewEvent, promising answer: [StoredEvent.Delivery]) -> SQLArguments {
        SQLArguments([
            .text(event.id.text), .text(event.workspace), .text(event.type), .text(event.idempotencyKey), .text(event.body),
            .text(event.idempotencyKey == nil ? nil : StoredEvent.text(of: answer)), .int(event.createdAt.milliseconds),
        ])
    }

    private static let insertDeliveries: SQL = """
        INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, attempts, retries_left, due_at, claim, reason, created_at)
        SELECT given.delivery, events.id, webhooks.id, events.workspace, 'PENDING', 0, given.retries, given.due, given.holder, given.why,
            events.created_at
        FROM {rows given text delivery, int retries, int due, text holder, text why, text event, text webhook}
        CROSS JOIN events CROSS JOIN webhooks WHERE events.id = given.event AND webhooks.id = given.webhook
        {for key share of webhooks}
        RETURNING id
        """

    private static func arguments(of delivery: NewDelivery, of event: NewEvent) -> SQLArguments {
        var (due, claim, reason): (Int64?, String?, String?) = (event.createdAt.milliseconds, nil, nil)
        switch delivery.state {
        case .due: break
        case .claimed(let holder): claim = holder
        case .parked(let why): (due, reason) = (nil, why)
        }
        return SQLArguments([
            .text(delivery.id.text), .int(Int64(delivery.retries)), .int(due), .text(claim), .text(reason), .text(event.id.text),
            .text(delivery.webhookID.text),
        ])
    }

    private static let selectEvent: SQL = "SELECT id, answer FROM events WHERE workspace = ? AND idempotency_key = ?"

    private static let selectDeliveries: SQL = "SELECT id, webhook_id FROM deliveries WHERE event_id = ? ORDER BY id"
}

extension Writing {
    /// Stores an event with all its deliveries, or finds the one that came before under the same idempotency key.
    package func storeEvent(_ event: NewEvent, deliveries: [NewDelivery]) throws -> StoredEvent {
        try StoreEvents.run([.init(event: event, deliveries: deliveries)], in: self)[0]
    }
}

extension Store {
    /// The same in a transaction shared with whoever asks at the same time; returns after the commit.
    package func storeEvent(_ event: NewEvent, deliveries: [NewDelivery]) async throws -> StoredEvent {
        try await submit(.init(event: event, deliveries: deliveries), to: StoreEvents.self)
    }
}
