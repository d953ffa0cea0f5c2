package import Values

/// The fields of a key policy.
package enum KeyPolicyField: String, ManifestField {
    case description, prefix, scopes, rateLimitPerHour, rateLimitPerDay, expiresAfter, rotation, allowedCIDRs, lifecycle

    package static let subject = "a key policy"
    package static let required: [Self] = [.scopes]
    package static let names = FieldNames<Self>()

    package var summary: String {
        switch self {
        case .description: "What such keys are for."
        case .prefix: "How such keys begin; `\(KeyPolicySpec.defaultPrefix)` where it is left out."
        case .scopes: "The most that a key can hold; `posts:*` covers every scope below `posts:`."
        case .rateLimitPerHour: "Calls in one hour of UTC."
        case .rateLimitPerDay: "Calls in one day of UTC."
        case .expiresAfter: "How long a key lives, such as 365d."
        case .rotation: "When keys are to be replaced."
        case .allowedCIDRs: "Networks that keys may be used from; every address where it is left out."
        case .lifecycle: "How changes to this are treated."
        }
    }

    package var schema: JSON {
        switch self {
        case .description: FieldSchema.description
        case .prefix: ["type": "string", "pattern": .string(KeyPolicyRules.prefixPattern)]
        case .scopes:
            FieldSchema.list(of: ["type": "string", "minLength": 1], atMost: KeyPolicyRules.scopeCount, isEmptyAllowed: false)
        case .rateLimitPerHour, .rateLimitPerDay: FieldSchema.limit
        case .expiresAfter: FieldSchema.duration
        case .rotation: RotationField.objectSchema
        case .allowedCIDRs:
            FieldSchema.list(
                of: ["type": "string", "pattern": "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$"], atMost: KeyPolicyRules.networkCount,
                isEmptyAllowed: false)
        case .lifecycle: LifecycleField.objectSchema
        }
    }
}

/// The fields of a key policy's `rotation`.
package enum RotationField: String, ManifestField {
    case every, overlap

    package static let subject = "`rotation`"
    package static let required: [Self] = [.every]
    package static let names = FieldNames<Self>()

    package var summary: String {
        self == .every ? "How long a key may be used before it is replaced." : "How long the old key still works beside the new one."
    }

    package var schema: JSON { FieldSchema.duration }
}
