import Spec
package import Values

/// Writes what became of claimed deliveries, with the attempts that were made; false, and nothing written, where a claim no longer stands.
///
/// An input is all that one caller has, written or refused as a whole. Attempts are written first, while the claims still stand, and
/// what follows from them travels with them. So a delivery occurs once in a round; what comes for it again waits for the next.
///
/// The webhooks are kept first: the removal of one takes its deliveries along in an order of its own, so it waits for the end of this,
/// or has ended and has left nothing to settle.
enum SettleDeliveries: BatchOperation {
    static var order: BatchOrder { .deliveries }

    static func run(_ inputs: [[DeliverySettlement]], in writing: Writing) throws -> [[Bool]] {
        let settlements = inputs.flatMap { $0 }
        try writing.keepWebhooks(settlements.map(\.delivery.webhookID))
        var stood = Array(repeating: false, count: settlements.count)
        for round in rounds(of: settlements) {
            try writing.db.queue(insertAttempt, each: round.compactMap { attempt(of: settlements[$0]) })
            let changed = try writing.db.run(updateDelivery, each: round.map { step(of: settlements[$0]) })
            for (index, count) in zip(round, changed) { stood[index] = count > 0 }
        }
        var rest = stood[...]
        return inputs.map { input in
            defer { rest = rest.dropFirst(input.count) }
            return Array(rest.prefix(input.count))
        }
    }

    /// Positions, by webhook and id; each delivery once in a round, in the order it came in.
    private static func rounds(of settlements: [DeliverySettlement]) -> [[Int]] {
        var rounds: [[Int]] = []
        var occurrences: [DeliveryID: Int] = [:]
        for (index, settlement) in settlements.enumerated() {
            let round = occurrences[settlement.delivery.id, default: 0]
            occurrences[settlement.delivery.id] = round + 1
            if round == rounds.count { rounds.append([]) }
            rounds[round].append(index)
        }
        return rounds.map { round in
            round.sorted { left, right in
                let (left, right) = (settlements[left].delivery, settlements[right].delivery)
                return (left.webhookID, left.id) < (right.webhookID, right.id)
            }
        }
    }

    private static let insertAttempt: SQL = """
        INSERT INTO delivery_attempts (delivery_id, number, at, duration, status_code, error, response)
        SELECT id, attempts + 1, ?, ?, ?, ?, ? FROM deliveries WHERE id = ? AND claim = ? {for update}
        """

    private static func attempt(of settlement: DeliverySettlement) -> SQLArguments? {
        guard case .attempted(let delivery, let attempt, _) = settlement else { return nil }
        return SQLArguments([
            .int(attempt.at.milliseconds), .int(attempt.duration.milliseconds), .int(attempt.statusCode.map { Int64($0) }),
            .text(attempt.error), .text(attempt.response), .text(delivery.id.text), .text(delivery.claim),
        ])
    }

    private static let updateDelivery: SQL = """
        UPDATE deliveries SET status = ?, attempts = attempts + ?, retries_left = retries_left - ?, due_at = ?, reason = ?,
            finished_at = ?, claim = NULL
        WHERE id = ? AND claim = ?
        """

    private static func step(of settlement: DeliverySettlement) -> SQLArguments {
        var (status, due, reason, spent, finished): (DeliveryRecord.Status, Int64?, String?, Int64, Int64?) = (.pending, nil, nil, 0, nil)
        let attempts: Int64
        switch settlement {
        case .attempted(_, let attempt, let step):
            attempts = 1
            switch step {
            case .delivered: (status, finished) = (.delivered, (attempt.at + attempt.duration).milliseconds)
            case .retry(let moment, let why): (due, reason, spent) = (moment.milliseconds, why, 1)
            case .exhausted(let why): (status, reason, finished) = (.exhausted, why, (attempt.at + attempt.duration).milliseconds)
            }
        case .released(_, let moment, let why):
            attempts = 0
            (due, reason) = (moment?.milliseconds, why)
        }
        return SQLArguments([
            .text(status.rawValue), .int(attempts), .int(spent), .int(due), .text(reason), .int(finished),
            .text(settlement.delivery.id.text), .text(settlement.delivery.claim),
        ])
    }
}

extension Writing {
    /// Writes what became of claimed deliveries, with one wait; false for each whose claim no longer stands, of which nothing is written.
    @discardableResult
    package func settleDeliveries(_ settlements: [DeliverySettlement]) throws -> [Bool] {
        try SettleDeliveries.run([settlements], in: self)[0]
    }

    /// Writes an attempt and what follows from it; false, and nothing written, where the claim no longer stands.
    @discardableResult
    package func finishAttempt(_ delivery: ClaimedDelivery, _ attempt: DeliveryAttempt, then step: DeliveryStep) throws -> Bool {
        try settleDeliveries([.attempted(delivery, attempt, then: step)])[0]
    }

    /// Gives a claimed delivery back unattempted, due at that time or, with nil, once its webhook takes deliveries again.
    package func releaseDelivery(_ delivery: ClaimedDelivery, dueAt: Timestamp?, reason: String?) throws {
        try settleDeliveries([.released(delivery, dueAt: dueAt, reason: reason)])
    }
}

extension Store {
    /// The same in a transaction shared with whoever asks at the same time; returns after the commit.
    @discardableResult
    package func settleDeliveries(_ settlements: [DeliverySettlement]) async throws -> [Bool] {
        try await submit(settlements, to: SettleDeliveries.self)
    }
}
