import Spec
import Values

/// Writes what became of claimed deliveries, with the attempts that were made; false, and nothing written, where a claim no longer stands.
///
/// An input is all that one caller has, written or refused as a whole. The deliveries that were changed say how many attempts they
/// have now, which is the number of the attempt. So a delivery occurs once in a round; what comes for it again waits for the next.
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
            let positions = Dictionary(uniqueKeysWithValues: round.map { (settlements[$0].delivery.id.text, $0) })
            var numbers: [Int: Int64] = [:]
            try writing.db.run(updateDeliveries, over: round.map { step(of: settlements[$0]) }) { row in
                if let position = positions[try row[0]] { numbers[position] = try row[1] }
            }
            for position in numbers.keys { stood[position] = true }
            try writing.db.queue(
                insertAttempts,
                over: round.compactMap { position in numbers[position].flatMap { attempt(of: settlements[position], number: $0) } })
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

    private static let insertAttempts: SQL = """
        INSERT INTO delivery_attempts (delivery_id, number, at, duration, status_code, error, response)
        SELECT delivery, place, began, took, code, failure, answer
        FROM {rows made text delivery, int place, int began, int took, int code, text failure, text answer}
        """

    private static func attempt(of settlement: DeliverySettlement, number: Int64) -> SQLArguments? {
        guard case .attempted(let delivery, let attempt, _) = settlement else { return nil }
        return SQLArguments([
            .text(delivery.id.text), .int(number), .int(attempt.at.milliseconds), .int(attempt.duration.milliseconds),
            .int(attempt.statusCode.map { Int64($0) }), .text(attempt.error), .text(attempt.response),
        ])
    }

    // A delivery is found by its id and then compared: many have one claim, and an index of claims would have to be walked through.
    // What no delivery counts to is brought back: a damaged row must not overflow and so refuse the outcomes of all the others.
    private static let updateDeliveries: SQL = """
        UPDATE deliveries SET status = {step.outcome}, attempts = attempts % 1000000000000 + {step.made},
            retries_left = retries_left - {step.spent}, due_at = {step.due}, reason = {step.why}, finished_at = {step.finished}, claim = NULL
        {from step text outcome, int made, int spent, int due, text why, int finished, text delivery, text holder}
        WHERE id = {step.delivery} AND coalesce(claim, '') = {step.holder}
        RETURNING id, attempts
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
}

extension Store {
    /// The same in a transaction shared with whoever asks at the same time; returns after the commit.
    @discardableResult
    package func settleDeliveries(_ settlements: [DeliverySettlement]) async throws -> [Bool] {
        try await submit(settlements, to: SettleDeliveries.self)
    }
}
