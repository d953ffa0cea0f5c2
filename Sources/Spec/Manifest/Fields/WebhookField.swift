package import Values

/// The fields of a webhook.
package enum WebhookField: String, ManifestField {
    case name, description, url, events, headers, retryConfig, status, secret, lifecycle

    package static let subject = "a webhook"
    package static let required: [Self] = [.url, .events]
    package static let names = FieldNames<Self>()

    package var summary: String {
        switch self {
        case .name: "Display name; the stable name where it is left out."
        case .description: "What the receiver does."
        case .url: "Where events are sent; https, or http on loopback."
        case .events: "Event types that are sent, or \"*\" for all."
        case .headers: "Sent with every delivery; a credential must be a reference."
        case .retryConfig: "When a failed delivery is tried again."
        case .status: "ACTIVE or PAUSED."
        case .secret: "A reference to the signing secret; one is generated where it is left out."
        case .lifecycle: "How changes to this are treated."
        }
    }

    package var schema: JSON {
        switch self {
        case .name: FieldSchema.name
        case .description: FieldSchema.description
        case .url: FieldSchema.url
        case .events:
            [
                "anyOf": [
                    ["const": "*"],
                    FieldSchema.list(of: ["type": "string", "minLength": 1], atMost: WebhookRules.eventCount, isEmptyAllowed: false),
                ]
            ]
        case .headers:
            ["type": "object", "maxProperties": .integer(WebhookRules.headerCount), "additionalProperties": FieldSchema.textOrSecret]
        case .retryConfig: RetryField.objectSchema
        case .status: FieldSchema.choice(WebhookSpec.Status.allCases.map(\.rawValue))
        case .secret: FieldSchema.secret
        case .lifecycle: LifecycleField.objectSchema
        }
    }
}

/// The fields of a webhook's `retryConfig`.
package enum RetryField: String, ManifestField {
    case maxRetries, backoffMultiplier, initialDelay, maxDelay

    package static let subject = "`retryConfig`"
    package static let required: [Self] = []
    package static let names = FieldNames<Self>()

    package var summary: String {
        switch self {
        case .maxRetries: "Attempts after the first one; 3 where it is left out."
        case .backoffMultiplier: "Each delay is this many times the one before; 2 where it is left out."
        case .initialDelay: "Before the first retry; 5s where it is left out."
        case .maxDelay: "No delay is longer; 12h where it is left out."
        }
    }

    package var schema: JSON {
        switch self {
        case .maxRetries: FieldSchema.integer(WebhookRules.retries)
        case .backoffMultiplier:
            [
                "type": "number", "minimum": .number(WebhookRules.multipliers.lowerBound),
                "maximum": .number(WebhookRules.multipliers.upperBound),
            ]
        case .initialDelay, .maxDelay: FieldSchema.duration
        }
    }
}
