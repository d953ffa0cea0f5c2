/// The catalogue's facts overridden by what an integration says: what the OAuth flow works with.
///
/// Pure. Secrets stay references; the runtime opens them when it calls.
package struct EffectiveConfig: Sendable, Equatable {
    package var provider: Provider
    package var authorizationUrl: String?
    package var tokenUrl: String?
    package var revocationUrl: String?
    package var introspectionUrl: String?
    package var issuer: String?
    package var pkce: Bool
    package var tokenAuthMethod: IntegrationSpec.TokenAuthMethod
    package var scopeSeparator: ScopeSeparator
    package var authorizationParams: [IntegrationSpec.Parameter]
    package var tokenParams: [IntegrationSpec.Parameter]
    /// The declared scopes, then those the catalogue needs for a refresh token and the integration did not name.
    package var scopes: [String]
    package var clientId: TextOrSecret?
    package var clientSecret: SecretSource?
    package var accessToken: Provider.OAuth.AccessTokenLifetime
    package var refresh: Provider.OAuth.Refresh
    package var errors: Provider.OAuth.Errors
    package var acceptsMissingTokenType: Bool
    package var metadataFields: [String]
    package var regions: Provider.OAuth.Regions?

    /// An integration whose provider the catalogue does not have is treated as `custom`.
    package init(_ spec: IntegrationSpec) {
        let provider = Provider.named(spec.provider) ?? .custom
        let oauth = provider.oauth ?? Provider.OAuth()
        let config = spec.config
        self.provider = provider
        authorizationUrl = config.authorizationUrl ?? oauth.authorizationUrl
        tokenUrl = config.tokenUrl ?? oauth.tokenUrl
        revocationUrl = config.revocationUrl ?? oauth.revocationUrl
        introspectionUrl = config.introspectionUrl ?? oauth.introspectionUrl
        issuer = config.issuer ?? oauth.issuer
        pkce = config.pkce ?? (oauth.pkce == .always)
        tokenAuthMethod = config.tokenAuthMethod ?? oauth.tokenAuthMethod
        scopeSeparator = config.scopeSeparator.flatMap { ScopeSeparator(rawValue: $0) } ?? oauth.scopeSeparator
        authorizationParams = Self.merged(oauth.authorizationParams, with: config.authorizationParams)
        tokenParams = Self.merged(oauth.tokenParams, with: config.tokenParams)
        scopes = spec.scopes + oauth.scopesNeeded.filter { !spec.scopes.contains($0) }
        clientId = config.clientId
        clientSecret = config.clientSecret
        accessToken = oauth.accessToken
        refresh = oauth.refresh
        errors = oauth.errors
        acceptsMissingTokenType = oauth.acceptsMissingTokenType
        metadataFields = oauth.metadataFields
        // A region rewrites the catalogue's host; a host the integration chose itself is left alone.
        regions = config.tokenUrl == nil ? oauth.regions : nil
    }

    /// Fields of `config` without which no account can be connected, in the order of the manifest.
    package var missingForOAuth: [String] {
        var missing: [String] = []
        if authorizationUrl == nil { missing.append("authorizationUrl") }
        if tokenUrl == nil { missing.append("tokenUrl") }
        if clientId == nil { missing.append("clientId") }
        if clientSecret == nil, tokenAuthMethod != .none { missing.append("clientSecret") }
        return missing
    }

    /// A parameter of the integration replaces the catalogue's of the same name and keeps its place; an empty value removes it.
    private static func merged(
        _ facts: [IntegrationSpec.Parameter], with own: [IntegrationSpec.Parameter]
    ) -> [IntegrationSpec.Parameter] {
        var result = facts
        for parameter in own {
            if let index = result.firstIndex(where: { $0.name == parameter.name }) {
                result[index] = parameter
            } else {
                result.append(parameter)
            }
        }
        return result.filter { !$0.value.isEmpty }
    }
}

extension EffectiveConfig {
    /// The same with the hosts of a data centre; an unknown or missing region changes nothing.
    package func regional(_ region: String?) -> EffectiveConfig {
        guard let region, let regions else { return self }
        var config = self
        config.tokenUrl = tokenUrl.map { regions.url($0, in: region) ?? $0 }
        config.revocationUrl = revocationUrl.map { regions.url($0, in: region) ?? $0 }
        config.introspectionUrl = introspectionUrl.map { regions.url($0, in: region) ?? $0 }
        return config
    }
}
