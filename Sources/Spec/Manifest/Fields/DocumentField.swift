package import Values

/// The sections of a document.
package enum DocumentField: String, ManifestField {
    case version, workspace, owner, scopes, events, keyPolicies, integrations, webhooks, moved

    package static let subject = "a manifest"
    package static let required: [Self] = [.workspace]
    package static let names = FieldNames<Self>()

    package var summary: String {
        switch self {
        case .version: "Version of the manifest's language; 1 where it is left out."
        case .workspace: "The tenant that everything in this document belongs to."
        case .owner: "Which repository of manifests these belong to; prune touches only its own."
        case .scopes: "The permissions that API keys can carry, each with what it permits."
        case .events: "Event types beyond the built-in ones."
        case .keyPolicies: "What keys issued under a policy may do."
        case .integrations: "Third parties that accounts are connected to."
        case .webhooks: "Receivers of events."
        case .moved: "Renames that keep the identity of a resource."
        }
    }

    package var schema: JSON {
        switch self {
        case .version: ["const": 1]
        case .workspace: ["type": "string", "pattern": .string(StableName.pattern)]
        case .owner: ["type": "string", "pattern": .string(OwnerName.pattern)]
        case .scopes: FieldSchema.map(names: ScopeRules.pattern, values: FieldSchema.description)
        case .events: FieldSchema.map(names: EventRules.pattern, except: EventRules.builtIn.sorted(), values: EventField.objectSchema)
        case .keyPolicies: FieldSchema.map(names: StableName.pattern, values: KeyPolicyField.objectSchema)
        case .integrations: FieldSchema.map(names: StableName.pattern, values: IntegrationField.objectSchema)
        case .webhooks: FieldSchema.map(names: StableName.pattern, values: WebhookSpec.fields.manifestSchema)
        case .moved: ["type": "array", "items": MoveField.objectSchema]
        }
    }
}

/// The fields of an entry of `moved`.
package enum MoveField: String, ManifestField {
    case from, to

    package static let subject = "a move"
    package static let required: [Self] = [.from, .to]
    package static let names = FieldNames<Self>()

    package var summary: String { self == .from ? "The address until now." : "The address that the manifest declares." }

    package var schema: JSON {
        ["type": "string", "pattern": .string("^(\(ResourceKind.allCases.map(\.rawValue).joined(separator: "|")))\\..+$")]
    }
}

/// The fields of `lifecycle`.
package enum LifecycleField: String, ManifestField {
    case preventDestroy

    package static let subject = "`lifecycle`"
    package static let required: [Self] = []
    package static let names = FieldNames<Self>()

    package var summary: String { "Refuses any plan that deletes this." }
    package var schema: JSON { FieldSchema.boolean }
}

/// The fields of an event type.
package enum EventField: String, ManifestField {
    case description, schema_ = "schema", lifecycle

    package static let subject = "an event type"
    package static let required: [Self] = [.description]
    package static let names = FieldNames<Self>()

    package var summary: String {
        switch self {
        case .description: "When the event happens."
        case .schema_: "JSON Schema that the data of every such event must satisfy."
        case .lifecycle: "How changes to this are treated."
        }
    }

    package var schema: JSON {
        switch self {
        case .description: FieldSchema.description
        case .schema_: ["type": ["object", "boolean"]]
        case .lifecycle: LifecycleField.objectSchema
        }
    }
}
