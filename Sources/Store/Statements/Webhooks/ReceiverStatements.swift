package import Values

extension Writing {
    /// Adds what attempts said to the receivers' records and disables those that refused or have failed for longer than `longest`.
    ///
    /// A receiver's run of failures is the one in the state, whoever noted its beginning. It comes before what is written about the
    /// deliveries: a webhook is locked before its deliveries, in the order of ids, as its removal does.
    ///
    /// - Returns: those that were disabled now, with the reason.
    package func noteReceivers(
        _ outcomes: [ReceiverOutcome], longest: Duration, at now: Timestamp
    ) throws -> [(webhook: WebhookID, reason: String)] {
        let outcomes = outcomes.sorted { $0.webhook < $1.webhook }
        var reasons: [(outcome: ReceiverOutcome, reason: String)] = []
        try db.run(
            Self.note,
            each: outcomes.map { outcome in
                let (well, failures) = (SQLValue.int(outcome.isWell ? 1 : 0), SQLValue.int(Int64(outcome.failures)))
                let since = SQLValue.int(outcome.failingSince?.milliseconds)
                return SQLArguments([
                    failures, well, since, since, well, failures, failures, .text(outcome.webhook.text), failures, .text(outcome.url),
                ])
            }
        ) { position, row in
            let outcome = outcomes[position]
            if let refusal = outcome.refusal {
                reasons.append((outcome, refusal))
            } else if let since: Timestamp = try row[0], now - since > longest {
                reasons.append((outcome, "every attempt since \(since) failed"))
            }
        }
        let changed = try db.run(
            Self.disable,
            each: reasons.map { [now, $0.reason, $0.outcome.webhook, $0.outcome.url] })
        return zip(reasons, changed).compactMap { $1 > 0 ? ($0.outcome.webhook, $0.reason) : nil }
    }

    /// A success ends the run of failures; a failure begins one or prolongs it. A receiver that was well and is costs no write.
    private static var note: SQL {
        """
        UPDATE webhooks SET
            failing_since = CASE WHEN ? = 0 THEN NULL WHEN ? = 1 THEN ? ELSE coalesce(failing_since, ?) END,
            consecutive_failures = CASE WHEN ? = 1 THEN ? ELSE {least}(consecutive_failures, 1000000000) + ? END
        WHERE id = ? AND (failing_since IS NOT NULL OR ? > 0) AND {member url of spec} = ?
        RETURNING failing_since
        """
    }

    private static var disable: SQL {
        """
        UPDATE webhooks SET disabled_at = ?, disabled_reason = ?
        WHERE id = ? AND disabled_at IS NULL AND {member url of spec} = ?
        """
    }
}
