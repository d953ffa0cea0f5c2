/// What is known of a third party before anybody configures it: an entry of the built-in catalogue.
///
/// A fact that no source tells is nil or `.unknown`, never a guess; `sources` and `verifiedOn` say how far to trust the rest.
package struct Provider: Sendable, Equatable {
    /// The name manifests use, such as `zoho-crm`.
    package var name: String
    package var displayName: String
    package var type: IntegrationSpec.IntegrationType
    /// Nil where accounts are not connected through OAuth.
    package var oauth: OAuth?
    /// Nil where no key is taken.
    package var apiKey: APIKey?
    /// Where the API lives; `{field}` stands for metadata of the connection, nil means unknown or free.
    package var apiBase: String?
    /// Hosts that may be sent a token; `*.` stands for one or more labels. Empty means those of the configured URLs alone.
    package var allowedHosts: [String]
    /// Further headers that the API demands; `{client_id}` and `{key}` are placeholders.
    package var apiHeaders: [IntegrationSpec.Parameter]
    /// A harmless request that proves a credential.
    package var verification: Verification?
    /// What surprises people, one sentence each.
    package var quirks: [String]
    /// Where the facts come from.
    package var sources: String
    /// ISO 8601 month or day of the newest look at a source; nil where there is nothing to verify.
    package var verifiedOn: String?

    /// `GET /account-info/v3/details`; a path counts from `apiBase`.
    package struct Verification: Sendable, Equatable {
        package var method: String
        package var target: String

        package init(method: String = "GET", target: String) {
            self.method = method
            self.target = target
        }
    }

    /// How a key is presented: `header: prefix + key`.
    package struct APIKey: Sendable, Equatable {
        package var header: String
        package var valuePrefix: String

        package init(header: String, valuePrefix: String = "") {
            self.header = header
            self.valuePrefix = valuePrefix
        }
    }

    package init(
        name: String, displayName: String, type: IntegrationSpec.IntegrationType, oauth: OAuth? = nil,
        apiKey: APIKey? = nil, apiBase: String? = nil, allowedHosts: [String] = [],
        apiHeaders: [IntegrationSpec.Parameter] = [], verification: Verification? = nil, quirks: [String] = [],
        sources: String, verifiedOn: String?
    ) {
        self.name = name
        self.displayName = displayName
        self.type = type
        self.oauth = oauth
        self.apiKey = apiKey
        self.apiBase = apiBase
        self.allowedHosts = allowedHosts
        self.apiHeaders = apiHeaders
        self.verification = verification
        self.quirks = quirks
        self.sources = sources
        self.verifiedOn = verifiedOn
    }
}
