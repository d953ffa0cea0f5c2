import Spec
package import Values

extension Writing {
    /// Takes what is due for each webhook, oldest first, with one wait; of one webhook sorted by id. What somebody else takes at the
    /// same time is passed over.
    package func claimDeliveries(_ wanted: [DueDeliveries], due now: Timestamp, claim: String) throws -> [ClaimedDelivery] {
        var claimed: [[ClaimedDelivery]] = Array(repeating: [], count: wanted.count)
        try db.run(
            """
            WITH pick AS MATERIALIZED (
                SELECT id FROM deliveries
                WHERE webhook_id = ? AND status = 'PENDING' AND claim IS NULL AND due_at <= ?
                ORDER BY due_at LIMIT ? {for update} {skip locked})
            UPDATE deliveries SET claim = ? WHERE id IN (SELECT id FROM pick) AND claim IS NULL
            RETURNING id, event_id, attempts, attempts_before, retries_left, (SELECT body FROM events WHERE events.id = event_id)
            """,
            each: wanted.map { SQLArguments([.text($0.webhook.text), .int(now.milliseconds), .int(Int64($0.limit)), .text(claim)]) }
        ) { position, row in
            let text: String = try row[0]
            guard let id = DeliveryID(text), let event = try EventID(row[1]) else {
                throw DeliveryRecord.damaged(text)
            }
            let body: String = try row[5]
            claimed[position].append(
                try ClaimedDelivery(
                    id: id, eventID: event, webhookID: wanted[position].webhook, claim: claim, attempts: row.count(2),
                    attemptsBefore: row.count(3), retriesLeft: row.count(4), body: Array(body.utf8)))
        }
        return claimed.flatMap { $0.sorted { $0.id < $1.id } }
    }

    // What others hold is not waited for: it is being claimed, parked or resumed by them, and whoever parks looks again afterwards.

    /// What is unclaimed of a webhook waits for it from now on, at most `limit` of it; returns how many.
    @discardableResult
    package func parkDeliveries(of webhook: WebhookID, reason: String, limit: Int = .max) throws -> Int {
        try db.run(
            """
            WITH pick AS MATERIALIZED (
                SELECT id FROM deliveries
                WHERE webhook_id = ? AND status = 'PENDING' AND claim IS NULL AND due_at IS NOT NULL
                ORDER BY due_at LIMIT ? {for update} {skip locked})
            UPDATE deliveries SET due_at = NULL, reason = ? WHERE id IN (SELECT id FROM pick)
            """,
            [webhook, limit, reason])
    }

    /// What waited for the webhook is due now, at most `limit` of it; returns how many.
    @discardableResult
    package func resumeDeliveries(of webhook: WebhookID, at now: Timestamp, limit: Int = .max) throws -> Int {
        try db.run(
            """
            WITH pick AS MATERIALIZED (
                SELECT id FROM deliveries
                WHERE webhook_id = ? AND status = 'PENDING' AND claim IS NULL AND due_at IS NULL
                ORDER BY due_at LIMIT ? {for update} {skip locked})
            UPDATE deliveries SET due_at = ?, reason = NULL WHERE id IN (SELECT id FROM pick)
            """,
            [webhook, limit, now])
    }

    /// Frees the claims of workers that are gone: their attempts were cut off, and are repeated at once.
    ///
    /// - Parameter epoch: the beginning of this process's own claims, which stand.
    package func recoverClaims(keeping epoch: String, at now: Timestamp) throws -> Int {
        try db.run(
            """
            WITH pick AS MATERIALIZED (
                SELECT id FROM deliveries WHERE claim IS NOT NULL AND substr(claim, 1, length(?)) <> ?
                ORDER BY webhook_id, id {for update})
            UPDATE deliveries SET claim = NULL, due_at = ? WHERE id IN (SELECT id FROM pick)
            """,
            [epoch, epoch, now])
    }

    /// Frees what was claimed under one of these claims, which nobody works on; returns its webhooks.
    package func releaseClaims(_ claims: [String], at now: Timestamp) throws -> Set<WebhookID> {
        var webhooks: Set<WebhookID> = []
        let arguments: [SQLArguments] = claims.sorted().map { [$0, now] }
        try db.run(
            """
            WITH pick AS MATERIALIZED (SELECT id FROM deliveries WHERE claim = ? ORDER BY webhook_id, id {for update})
            UPDATE deliveries SET claim = NULL, due_at = ? WHERE id IN (SELECT id FROM pick) RETURNING webhook_id
            """, each: arguments
        ) { _, row in
            if let id = WebhookID(try row[0] as String) { webhooks.insert(id) }
        }
        return webhooks
    }

    /// Makes a delivery due now: one that ended gets `retries` anew, one under way stays as it is.
    ///
    /// - Parameter parkedReason: why the webhook takes nothing at present; the delivery then waits for it.
    package func retryDelivery(_ id: DeliveryID, retries: Int, parkedReason: String?, at now: Timestamp) throws {
        // The event is held first: whoever prunes passes it over, or has taken it with its deliveries.
        try db.run(
            """
            WITH pick AS MATERIALIZED (
                SELECT events.id FROM events JOIN deliveries ON deliveries.event_id = events.id WHERE deliveries.id = ?
                {for key share of events})
            UPDATE deliveries SET due_at = ?, reason = ?, finished_at = NULL,
                attempts_before = CASE WHEN status = 'PENDING' THEN attempts_before ELSE attempts END,
                retries_left = CASE WHEN status = 'PENDING' THEN retries_left ELSE ? END, status = 'PENDING'
            WHERE id = ? AND claim IS NULL AND event_id IN (SELECT id FROM pick)
            """,
            [id, parkedReason == nil ? now : nil, parkedReason, retries, id])
    }

    /// The same for every delivery of a webhook that ended so, made in that span; returns how many.
    package func replayDeliveries(
        of webhook: WebhookID, status: DeliveryRecord.Status, since: Timestamp, until: Timestamp, retries: Int, parkedReason: String?,
        at now: Timestamp
    ) throws -> Int {
        try keepWebhooks([webhook])
        // Their events are held with them, as one that is retried alone.
        return try db.run(
            """
            WITH pick AS MATERIALIZED (
                SELECT deliveries.id FROM deliveries JOIN events ON events.id = deliveries.event_id
                WHERE webhook_id = ? AND status = ? AND deliveries.created_at >= ? AND deliveries.created_at < ? AND claim IS NULL
                ORDER BY deliveries.id {for update})
            UPDATE deliveries SET due_at = ?, reason = ?, finished_at = NULL, attempts_before = attempts, retries_left = ?,
                status = 'PENDING'
            WHERE id IN (SELECT id FROM pick)
            """,
            [
                webhook, status.rawValue, since, until, parkedReason == nil ? now : nil,
                parkedReason, retries,
            ])
    }
}
