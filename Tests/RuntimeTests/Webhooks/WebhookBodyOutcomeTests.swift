import Reconciler
import Spec
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// Everything that users see of thousands of bodies of webhooks, held to what it was.
struct WebhookBodyOutcomeTests {
    private static let eventTypes: Set<String> = ["POST_PUBLISHED", "POST_FAILED", "MENTION_RECEIVED", "INVOICE_PAID"]

    @Test func `thousands of bodies of webhooks come to what they came to before`() throws {
        try OutcomeDigests("webhook-bodies").check(all: 20, usual: 3) { number in
            let bodies = WebhookBodies(number)
            let intro = "\(bodies.body)\n\(bodies.current?.json.text ?? "-")\n"
            guard let body = try? JSON(parsing: bodies.body) else { return intro + "no JSON" }
            do {
                return intro + (try Self.outcome(body, bodies.current))
            } catch let error as APIError {
                // Which of several problems comes first is no promise.
                return intro + error.details.map { "\($0.field): \($0.message)" }.sorted().joined(separator: "\n")
                    + " +\(error.moreDetails)"
            }
        }
    }

    private static func outcome(_ body: JSON, _ current: WebhookSpec?) throws -> String {
        let change = try WebhookChange(body, current: current, policy: DeliveryWorld.policy) { type, suggests in
            eventTypes.contains(type) ? nil : "\(type) is unknown, \(suggests)"
        }
        let spec = change.spec
        var random = SeededGenerator(seed: 0)
        let record = WebhookRecord(
            id: WebhookID(at: Timestamp(milliseconds: 0), using: &random), workspace: "acme", name: "hook", spec: spec,
            createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 0), updatedBy: "test")
        let secrets =
            change.secrets.filter { $0.key != "secret" }.map { "\($0.key)=\($0.value.reveal())" }.sorted() + [
                change.secrets["secret"]?.reveal() ?? "-"
            ]
        let changes = FieldChange.between(current?.json ?? [:], spec.json, secretFields: Set(spec.secrets.map(\.field)))
        return """
            \(change.onlyActivates) \(change.activates) \(secrets)
            \(spec.json.canonicalText)
            \(WebhookView.json(record).text)
            \(changes.map(text).joined(separator: "\n"))
            """
    }

    private static func text(_ change: FieldChange) -> String {
        switch change.kind {
        case .added(let value): "\(change.path) + \(value.text)"
        case .removed(let value): "\(change.path) - \(value.text)"
        case .changed(let old, let new): "\(change.path) \(old.text) -> \(new.text)"
        case .list(let elements):
            "\(change.path) "
                + elements.map { element in
                    switch element {
                    case .kept(let value): value.text
                    case .added(let value): "+\(value.text)"
                    case .removed(let value): "-\(value.text)"
                    }
                }.joined(separator: " ")
        case .secret: "\(change.path) (secret)"
        }
    }
}
