import GRDB
import Spec
package import Values

/// A delivery that a worker holds: nobody else touches its row while the claim stands.
package struct ClaimedDelivery: Sendable {
    package var id: DeliveryID
    package var eventID: EventID
    package var webhookID: WebhookID
    /// Fences every write of the holder.
    package var claim: String
    /// Attempts that have ended.
    package var attempts: Int
    /// Those of them that an earlier run of retries made, before somebody asked for the delivery again.
    package var attemptsBefore: Int
    package var retriesLeft: Int
    /// The payload, byte for byte what is sent and signed.
    package var body: [UInt8]

    /// Counts from 1: which retry follows if the next attempt fails.
    package var nextRetry: Int { attempts - attemptsBefore + 1 }

    package init(
        id: DeliveryID, eventID: EventID, webhookID: WebhookID, claim: String, attempts: Int, attemptsBefore: Int = 0, retriesLeft: Int,
        body: [UInt8]
    ) {
        self.id = id
        self.eventID = eventID
        self.webhookID = webhookID
        self.claim = claim
        self.attempts = attempts
        self.attemptsBefore = attemptsBefore
        self.retriesLeft = retriesLeft
        self.body = body
    }
}

/// What becomes of a delivery after an attempt.
package enum DeliveryStep: Sendable, Equatable {
    case delivered
    /// Another attempt at that time; `reason` says why one is needed.
    case retry(at: Timestamp, reason: String)
    case exhausted(reason: String)
}

extension Writing {
    /// Takes what is due for one webhook, oldest first.
    package func claimDeliveries(of webhook: WebhookID, due now: Timestamp, limit: Int, claim: String) throws -> [ClaimedDelivery] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    UPDATE deliveries SET claim = ? WHERE id IN (
                        SELECT id FROM deliveries
                        WHERE webhook_id = ? AND status = 'PENDING' AND claim IS NULL AND due_at <= ?
                        ORDER BY due_at LIMIT ?)
                    RETURNING id, event_id, attempts, attempts_before, retries_left, (SELECT body FROM events WHERE events.id = event_id)
                    """), arguments: [claim, webhook.text, now.milliseconds, limit])
        return try rows.map { row in
            guard let id = DeliveryID(row[0] as String), let event = EventID(row[1] as String) else {
                throw StoreError(code: .notAState, message: "the delivery \(row[0] as String) cannot be read")
            }
            return ClaimedDelivery(
                id: id, eventID: event, webhookID: webhook, claim: claim, attempts: row[2], attemptsBefore: row[3], retriesLeft: row[4],
                body: Array((row[5] as String).utf8))
        }.sorted { $0.id < $1.id }
    }

    /// Writes an attempt and what follows from it; false, and nothing written, where the claim no longer stands.
    @discardableResult
    package func finishAttempt(_ delivery: ClaimedDelivery, _ attempt: DeliveryAttempt, then step: DeliveryStep) throws -> Bool {
        var (status, due, reason, spent, finished): (DeliveryRecord.Status, Int64?, String?, Int, Int64?) = (.pending, nil, nil, 0, nil)
        switch step {
        case .delivered: (status, finished) = (.delivered, (attempt.at + attempt.duration).milliseconds)
        case .retry(let moment, let why): (due, reason, spent) = (moment.milliseconds, why, 1)
        case .exhausted(let why): (status, reason, finished) = (.exhausted, why, (attempt.at + attempt.duration).milliseconds)
        }
        let number = try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE deliveries SET status = ?, attempts = attempts + 1, retries_left = retries_left - ?, due_at = ?, reason = ?,
                        finished_at = ?, claim = NULL
                    WHERE id = ? AND claim = ? RETURNING attempts
                    """), arguments: [status.rawValue, spent, due, reason, finished, delivery.id.text, delivery.claim])
        guard let number else { return false }
        try db.cachedStatement(
            sql:
                "INSERT INTO delivery_attempts (delivery_id, number, at, duration, status_code, error, response) VALUES (?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            delivery.id.text, number, attempt.at.milliseconds, attempt.duration.milliseconds, attempt.statusCode, attempt.error,
            attempt.response,
        ])
        return true
    }

    /// Gives a claimed delivery back unattempted, due at that time or, with nil, once its webhook takes deliveries again.
    package func releaseDelivery(_ delivery: ClaimedDelivery, dueAt: Timestamp?, reason: String?) throws {
        try db.cachedStatement(sql: "UPDATE deliveries SET claim = NULL, due_at = ?, reason = ? WHERE id = ? AND claim = ?")
            .execute(arguments: [dueAt?.milliseconds, reason, delivery.id.text, delivery.claim])
    }

    /// What is unclaimed of a webhook waits for it from now on, at most `limit` of it; returns how many.
    @discardableResult
    package func parkDeliveries(of webhook: WebhookID, reason: String, limit: Int = .max) throws -> Int {
        try db.execute(
            sql: """
                UPDATE deliveries SET due_at = NULL, reason = ? WHERE id IN (
                    SELECT id FROM deliveries
                    WHERE webhook_id = ? AND status = 'PENDING' AND claim IS NULL AND due_at IS NOT NULL LIMIT ?)
                """,
            arguments: [reason, webhook.text, limit])
        return db.changesCount
    }

    /// What waited for the webhook is due now, at most `limit` of it; returns how many.
    @discardableResult
    package func resumeDeliveries(of webhook: WebhookID, at now: Timestamp, limit: Int = .max) throws -> Int {
        try db.execute(
            sql: """
                UPDATE deliveries SET due_at = ?, reason = NULL WHERE id IN (
                    SELECT id FROM deliveries
                    WHERE webhook_id = ? AND status = 'PENDING' AND claim IS NULL AND due_at IS NULL LIMIT ?)
                """,
            arguments: [now.milliseconds, webhook.text, limit])
        return db.changesCount
    }

    /// Frees the claims of workers that are gone: their attempts were cut off, and are repeated at once.
    ///
    /// - Parameter epoch: the beginning of this process's own claims, which stand.
    package func recoverClaims(keeping epoch: String, at now: Timestamp) throws -> Int {
        try db.execute(
            sql: "UPDATE deliveries SET claim = NULL, due_at = ? WHERE claim IS NOT NULL AND substr(claim, 1, length(?)) <> ?",
            arguments: [now.milliseconds, epoch, epoch])
        return db.changesCount
    }

    /// Makes a delivery due now: one that ended gets `retries` anew, one under way stays as it is.
    ///
    /// - Parameter parkedReason: why the webhook takes nothing at present; the delivery then waits for it.
    package func retryDelivery(_ id: DeliveryID, retries: Int, parkedReason: String?, at now: Timestamp) throws {
        try db.execute(
            sql: """
                UPDATE deliveries SET due_at = ?, reason = ?, finished_at = NULL,
                    attempts_before = CASE WHEN status = 'PENDING' THEN attempts_before ELSE attempts END,
                    retries_left = CASE WHEN status = 'PENDING' THEN retries_left ELSE ? END, status = 'PENDING'
                WHERE id = ? AND claim IS NULL
                """,
            arguments: [parkedReason == nil ? now.milliseconds : nil, parkedReason, retries, id.text])
    }

    /// The same for every delivery of a webhook that ended so, made in that span; returns how many.
    package func replayDeliveries(
        of webhook: WebhookID, status: DeliveryRecord.Status, since: Timestamp, until: Timestamp, retries: Int, parkedReason: String?,
        at now: Timestamp
    ) throws -> Int {
        try db.execute(
            sql: """
                UPDATE deliveries SET due_at = ?, reason = ?, finished_at = NULL, attempts_before = attempts, retries_left = ?,
                    status = 'PENDING'
                WHERE webhook_id = ? AND status = ? AND created_at >= ? AND created_at < ? AND claim IS NULL
                """,
            arguments: [
                parkedReason == nil ? now.milliseconds : nil, parkedReason, retries, webhook.text, status.rawValue, since.milliseconds,
                until.milliseconds,
            ])
        return db.changesCount
    }
}
