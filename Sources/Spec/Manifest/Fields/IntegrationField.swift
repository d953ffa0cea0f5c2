package import Values

/// The fields of an integration.
package enum IntegrationField: String, ManifestField {
    case name, type, provider, description, isPublic = "public", status, scopes, redirectUris, returnUrls, rateLimitPerHour,
        rateLimitPerDay,
        config, lifecycle

    package static let subject = "an integration"
    package static let required: [Self] = [.provider]
    package static let names = FieldNames<Self>()

    package var summary: String {
        switch self {
        case .name: "Display name; the stable name where it is left out."
        case .type: "What kind of third party; the provider's own kind where it is left out."
        case .provider: "Entry of the catalogue that supplies URLs and quirks; `custom` for none."
        case .description: "What the integration does."
        case .isPublic: "Whether the marketplace lists it to other workspaces."
        case .status: "ACTIVE or INACTIVE."
        case .scopes: "Scopes that are asked for at the provider."
        case .redirectUris: "Where the provider may send the browser back to."
        case .returnUrls: "Where a browser may be sent after the callback."
        case .rateLimitPerHour: "Calls through the integration's proxy in one hour of UTC."
        case .rateLimitPerDay: "Calls through the integration's proxy in one day of UTC."
        case .config: "What goes before the catalogue's facts, and the client's credentials."
        case .lifecycle: "How changes to this are treated."
        }
    }

    package var schema: JSON {
        switch self {
        case .name: FieldSchema.name
        case .type: FieldSchema.choice(IntegrationSpec.IntegrationType.allCases.map(\.rawValue))
        case .provider: FieldSchema.choice(Provider.all.map(\.name))
        case .description: FieldSchema.description
        case .isPublic: FieldSchema.boolean
        case .status: FieldSchema.choice(IntegrationSpec.Status.allCases.map(\.rawValue))
        case .scopes: FieldSchema.list(of: ["type": "string", "minLength": 1, "maxLength": 300], atMost: IntegrationRules.scopeCount)
        case .redirectUris, .returnUrls: FieldSchema.list(of: FieldSchema.url, atMost: IntegrationRules.urlCount)
        case .rateLimitPerHour, .rateLimitPerDay: FieldSchema.limit
        case .config: ConfigField.objectSchema
        case .lifecycle: LifecycleField.objectSchema
        }
    }
}

/// The fields of an integration's `config`.
package enum ConfigField: String, ManifestField {
    case authorizationUrl, tokenUrl, revocationUrl, introspectionUrl, issuer, pkce, tokenAuthMethod, scopeSeparator, authorizationParams,
        tokenParams, clientId, clientSecret

    package static let subject = "`config`"
    package static let required: [Self] = []
    package static let names = FieldNames<Self>()

    package var summary: String {
        switch self {
        case .authorizationUrl: "Where the user consents (RFC 6749 § 3.1)."
        case .tokenUrl: "Where codes become tokens (RFC 6749 § 3.2)."
        case .revocationUrl: "Where tokens are revoked (RFC 7009)."
        case .introspectionUrl: "Where tokens are asked about (RFC 7662)."
        case .issuer: "Compared with `iss` of the callback (RFC 9207)."
        case .pkce: "Whether a code challenge is sent (RFC 7636)."
        case .tokenAuthMethod: "How the client proves itself at the token endpoint."
        case .scopeSeparator: "What stands between scopes: a space, `,`, `+`, or nothing to send none."
        case .authorizationParams: "Further parameters of the authorization request."
        case .tokenParams: "Further parameters of token requests."
        case .clientId: "The client's name at the provider, as text or as a reference."
        case .clientSecret: "A reference to the client's secret, never the secret itself."
        }
    }

    package var schema: JSON {
        switch self {
        case .authorizationUrl, .tokenUrl, .revocationUrl, .introspectionUrl, .issuer: FieldSchema.url
        case .pkce: FieldSchema.boolean
        case .tokenAuthMethod: FieldSchema.choice(IntegrationSpec.TokenAuthMethod.allCases.map(\.rawValue))
        case .scopeSeparator: FieldSchema.choice(ScopeSeparator.allCases.map(\.rawValue))
        case .authorizationParams, .tokenParams: ["type": "object", "additionalProperties": ["type": "string", "maxLength": 1000]]
        case .clientId: FieldSchema.textOrSecret
        case .clientSecret: FieldSchema.secret
        }
    }
}
