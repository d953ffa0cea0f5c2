package import Spec
package import Values

/// The address that a browser is sent to (RFC 6749 § 4.1.1).
package struct AuthorizationRequest: Sendable {
    package var endpoint: String
    package var clientID: String
    package var redirectURI: String
    package var scopes: [String]
    package var separator: ScopeSeparator
    package var state: Secret
    /// Nil for a provider that breaks on PKCE.
    package var challenge: String?
    package var parameters: [IntegrationSpec.Parameter]

    package init(
        endpoint: String, clientID: String, redirectURI: String, scopes: [String], separator: ScopeSeparator,
        state: Secret, challenge: String?, parameters: [IntegrationSpec.Parameter]
    ) {
        self.endpoint = endpoint
        self.clientID = clientID
        self.redirectURI = redirectURI
        self.scopes = scopes
        self.separator = separator
        self.state = state
        self.challenge = challenge
        self.parameters = parameters
    }

    /// Keeps the endpoint's own query (§ 3.1) and adds ours; a parameter that decides the flow is ours alone.
    package func url() throws(OAuthError) -> String {
        let query = try Self.query(of: endpoint)
        for name in FormEncoding.fields(of: query ?? "").map(\.name) where IntegrationRules.reservedAuthorizationParameters.contains(name) {
            throw OAuthError(.notConfigured, "the authorizationUrl sets `\(name)`, which the flow sets itself: take it out of the URL")
        }
        for parameter in parameters where IntegrationRules.reservedAuthorizationParameters.contains(parameter.name) {
            throw OAuthError(.notConfigured, "authorizationParams sets `\(parameter.name)`, which the flow sets itself: take it out")
        }
        var pairs = [pair("response_type", "code"), pair("client_id", clientID), pair("redirect_uri", redirectURI)]
        if let scope { pairs.append("scope=\(scope)") }
        pairs.append(pair("state", state.reveal()))
        if let challenge {
            pairs += [pair("code_challenge", challenge), pair("code_challenge_method", "S256")]
        }
        pairs += parameters.map { pair($0.name, $0.value) }
        return WebURL.adding(pairs.joined(separator: "&"), to: endpoint)
    }

    /// The scope value as it stands in the URL: each scope escaped, the separator as the provider reads it.
    private var scope: String? {
        guard !scopes.isEmpty else { return nil }
        let joint: String
        switch separator {
        case .none: return nil
        case .space: joint = "%20"
        case .comma: joint = "%2C"
        case .plus: joint = "+"
        }
        return scopes.map(PercentEncoding.encode).joined(separator: joint)
    }

    private func pair(_ name: String, _ value: String) -> String {
        "\(PercentEncoding.encode(name))=\(PercentEncoding.encode(value))"
    }

    private static func query(of endpoint: String) throws(OAuthError) -> String? {
        guard !endpoint.contains("#") else {
            throw OAuthError(.notConfigured, "the authorizationUrl has a fragment, which RFC 6749 § 3.1 forbids: take it out")
        }
        return endpoint.firstIndex(of: "?").map { String(endpoint[endpoint.index(after: $0)...]) }
    }
}
