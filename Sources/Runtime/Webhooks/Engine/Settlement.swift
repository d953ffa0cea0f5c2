import Spec
import Store

/// The end of a claim, to be written. The delivery's body is left out: nobody needs it any more.
enum Settlement: Sendable {
    /// - Parameter url: where the attempt went.
    case attempted(ClaimedDelivery, DeliveryAttempt, AttemptVerdict, url: String)
    /// Not attempted: due then, or with nil once its webhook takes deliveries again.
    case released(ClaimedDelivery, dueAt: Timestamp?, reason: String?)

    var webhookID: WebhookID {
        switch self {
        case .attempted(let delivery, _, _, _), .released(let delivery, _, _): delivery.webhookID
        }
    }
}

/// Settlements that wait to be written, webhooks in turn: one with many holds up no other. O(1) a step.
struct SettlementQueue: Sendable {
    private var lines: [WebhookID: Line<Settlement>] = [:]
    private var turns = Line<WebhookID>()
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ settlement: Settlement) {
        let id = settlement.webhookID
        count += 1
        if lines[id] == nil { turns.append(id) }
        lines[id, default: Line()].append(settlement)
    }

    /// Takes the next ones out.
    mutating func take(atMost limit: Int) -> [Settlement] {
        var taken: [Settlement] = []
        while taken.count < limit, let id = turns.popFirst() {
            guard let settlement = lines[id]?.popFirst() else { continue }
            taken.append(settlement)
            if lines[id]?.isEmpty == true { lines[id] = nil } else { turns.append(id) }
        }
        count -= taken.count
        return taken
    }
}
