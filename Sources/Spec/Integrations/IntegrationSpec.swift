/// A third party that accounts are connected to.
package struct IntegrationSpec: Sendable, Equatable {
    /// The display name; the stable one is in the address.
    package var name: String
    package var type: IntegrationType
    /// An entry of the catalogue; `custom` has no facts of its own.
    package var provider: String
    package var description: String?
    /// Whether the marketplace lists it to other workspaces.
    package var isPublic: Bool
    package var status: Status
    package var scopes: [String]
    package var redirectUris: [String]
    /// Where a browser may be sent after the callback.
    package var returnUrls: [String]
    /// Calls through the integration's proxy.
    package var rateLimitPerHour: Int?
    package var rateLimitPerDay: Int?
    package var config: Config

    package enum IntegrationType: String, Sendable, CaseIterable {
        case zapier = "ZAPIER"
        case make = "MAKE"
        case n8n = "N8N"
        case crm = "CRM"
        case designTools = "DESIGN_TOOLS"
        case marketingAutomation = "MARKETING_AUTOMATION"
        case custom = "CUSTOM"
    }

    package enum Status: String, Sendable, CaseIterable {
        case active = "ACTIVE"
        case inactive = "INACTIVE"
    }

    /// What the manifest says beyond, or instead of, the catalogue; nil leaves the catalogue's fact in force.
    package struct Config: Sendable, Equatable {
        package var authorizationUrl: String?
        package var tokenUrl: String?
        package var revocationUrl: String?
        package var introspectionUrl: String?
        package var issuer: String?
        package var pkce: Bool?
        package var tokenAuthMethod: TokenAuthMethod?
        package var scopeSeparator: String?
        package var authorizationParams: [Parameter]
        package var tokenParams: [Parameter]
        package var clientId: TextOrSecret?
        package var clientSecret: SecretSource?

        package init(
            authorizationUrl: String? = nil, tokenUrl: String? = nil, revocationUrl: String? = nil,
            introspectionUrl: String? = nil, issuer: String? = nil, pkce: Bool? = nil,
            tokenAuthMethod: TokenAuthMethod? = nil, scopeSeparator: String? = nil,
            authorizationParams: [Parameter] = [], tokenParams: [Parameter] = [],
            clientId: TextOrSecret? = nil, clientSecret: SecretSource? = nil
        ) {
            self.authorizationUrl = authorizationUrl
            self.tokenUrl = tokenUrl
            self.revocationUrl = revocationUrl
            self.introspectionUrl = introspectionUrl
            self.issuer = issuer
            self.pkce = pkce
            self.tokenAuthMethod = tokenAuthMethod
            self.scopeSeparator = scopeSeparator
            self.authorizationParams = authorizationParams
            self.tokenParams = tokenParams
            self.clientId = clientId
            self.clientSecret = clientSecret
        }
    }

    /// How the client proves itself at the token endpoint (RFC 6749 § 2.3; the names are of RFC 7591 § 2).
    package enum TokenAuthMethod: String, Sendable, CaseIterable {
        case basic = "client_secret_basic"
        /// Basic without the form-encoding that RFC 6749 § 2.3.1 asks for; some servers refuse the encoded form.
        case basicRaw = "client_secret_basic_raw"
        case post = "client_secret_post"
        /// A public client: `client_id` alone.
        case none = "none"
    }

    /// A query or form parameter added to a request.
    package struct Parameter: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        name: String, type: IntegrationType, provider: String, description: String? = nil, isPublic: Bool = false,
        status: Status = .active, scopes: [String] = [], redirectUris: [String] = [], returnUrls: [String] = [],
        rateLimitPerHour: Int? = nil, rateLimitPerDay: Int? = nil, config: Config = Config()
    ) {
        self.name = name
        self.type = type
        self.provider = provider
        self.description = description
        self.isPublic = isPublic
        self.status = status
        self.scopes = scopes
        self.redirectUris = redirectUris
        self.returnUrls = returnUrls
        self.rateLimitPerHour = rateLimitPerHour
        self.rateLimitPerDay = rateLimitPerDay
        self.config = config
    }

    package var secrets: [(field: String, source: SecretSource)] {
        var secrets: [(field: String, source: SecretSource)] = []
        if case .secret(let source) = config.clientId { secrets.append(("config.clientId", source)) }
        if let source = config.clientSecret { secrets.append(("config.clientSecret", source)) }
        return secrets
    }
}
