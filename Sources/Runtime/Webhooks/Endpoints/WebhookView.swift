import Spec
import Store
import Values

/// Webhooks, deliveries and attempts as the API shows them; never a secret.
enum WebhookView {
    /// DISABLED is a fact of the runtime that covers whatever status was declared.
    static func json(_ record: WebhookRecord) -> JSON {
        let spec = record.spec
        var object = JSONObject()
        object["id"] = .string(record.id.text)
        object["slug"] = .string(record.name)
        object["workspaceId"] = .string(record.workspace)
        for member in spec.answer.members { object[member.key] = member.value }
        if record.disabledAt != nil {
            object["status"] = "DISABLED"
            object["disabledAt"] = JSON.time(record.disabledAt)
            object["disabledReason"] = JSON.text(record.disabledReason)
        }
        object["failingSince"] = JSON.time(record.failingSince)
        object["consecutiveFailures"] = .integer(record.consecutiveFailures)
        object["managedBy"] = record.isDeclared ? place(record) : JSON.null
        object["createdAt"] = JSON.time(record.createdAt)
        object["updatedAt"] = JSON.time(record.updatedAt)
        return .object(object)
    }

    private static func place(_ record: WebhookRecord) -> JSON {
        ["address": .string("webhook.\(record.name)"), "file": .text(record.file), "line": .whole(record.line)]
    }

    /// - Parameter showsResponses: whether attempts have the member `response`.
    static func json(_ record: DeliveryRecord, attempts: [DeliveryAttempt]? = nil, showsResponses: Bool = true) -> JSON {
        var object = JSONObject()
        object["id"] = .string(record.id.text)
        object["webhookId"] = .string(record.webhookID.text)
        object["eventId"] = .string(record.eventID.text)
        object["event"] = .string(record.eventType)
        object["status"] = .string(record.status.rawValue)
        object["attemptCount"] = .integer(record.attempts)
        object["retriesLeft"] = .integer(max(0, record.retriesLeft))
        object["nextAttemptAt"] = JSON.time(record.isUnderWay ? nil : record.dueAt)
        object["underWay"] = .bool(record.isUnderWay)
        object["reason"] = JSON.text(record.reason)
        object["createdAt"] = JSON.time(record.createdAt)
        object["finishedAt"] = JSON.time(record.finishedAt)
        if let attempts { object["attempts"] = .array(attempts.map { json($0, showsResponse: showsResponses) }) }
        return .object(object)
    }

    private static func json(_ attempt: DeliveryAttempt, showsResponse: Bool) -> JSON {
        var object = JSONObject()
        object["number"] = .integer(attempt.number)
        object["at"] = JSON.time(attempt.at)
        object["durationMs"] = .integer(attempt.duration.milliseconds)
        object["statusCode"] = JSON.whole(attempt.statusCode)
        object["error"] = JSON.text(attempt.error)
        if showsResponse { object["response"] = JSON.text(attempt.response) }
        return .object(object)
    }

    static let schemas: [(name: String, schema: JSON)] = [
        ("Webhook", webhook(secret: false)), ("WebhookWithSecret", webhook(secret: true)),
        ("WebhookCreation", WebhookSpec.fields.requestSchema(of: .creation)),
        ("WebhookChange", WebhookSpec.fields.requestSchema(of: .update)),
        ("Delivery", delivery), ("DeliveryAttempt", attempt),
    ]

    private static let text: JSON = ["type": "string"]
    private static let maybeText: JSON = ["type": ["string", "null"]]
    private static let count: JSON = ["type": "integer"]

    private static func object(_ members: [(String, JSON)], required: [String]) -> JSON {
        ["type": "object", "required": .strings(required), "properties": .object(JSONObject(members))]
    }

    private static let delivery: JSON = object(
        [
            ("id", text), ("webhookId", text), ("eventId", text), ("event", text),
            ("status", ["enum": .strings(DeliveryRecord.Status.allCases.map(\.rawValue))]), ("attemptCount", count), ("retriesLeft", count),
            ("nextAttemptAt", maybeText), ("underWay", ["type": "boolean"]), ("reason", maybeText), ("createdAt", text),
            ("finishedAt", maybeText), ("attempts", ["type": "array", "items": .schema("DeliveryAttempt")]),
        ], required: ["id", "webhookId", "eventId", "event", "status", "attemptCount", "nextAttemptAt", "createdAt"])

    private static let attempt: JSON = object(
        [
            ("number", count), ("at", text), ("durationMs", count), ("statusCode", ["type": ["integer", "null"]]), ("error", maybeText),
            ("response", maybeText),
        ], required: ["number", "at", "durationMs", "statusCode", "error"])

    private static let managedBy: JSON = object(
        [("address", text), ("file", maybeText), ("line", ["type": ["integer", "null"]])], required: ["address", "file", "line"]
    ).with("type", ["object", "null"])

    /// The fields of the spec by its table, and what the runtime knows besides.
    private static func webhook(secret: Bool) -> JSON {
        let declared = WebhookSpec.fields.answerSchema
        var members: [(String, JSON)] = [("id", text), ("slug", text), ("workspaceId", text)]
        members += (declared["properties"]?.object?.members ?? []).map { ($0.key, $0.value) }
        members += [
            ("disabledAt", text), ("disabledReason", maybeText), ("failingSince", maybeText), ("consecutiveFailures", count),
            ("managedBy", managedBy), ("createdAt", text), ("updatedAt", text),
        ]
        if secret { members.append(("secret", ["type": "string", "description": "Shown this once"])) }
        let required = ["id"] + (declared["required"]?.strings ?? []) + ["createdAt", "updatedAt"] + (secret ? ["secret"] : [])
        let statuses = WebhookSpec.Status.allCases.map(\.rawValue) + ["DISABLED"]
        return object(members, required: required).setting(["properties", "status", "enum"], to: .strings(statuses))
    }
}
