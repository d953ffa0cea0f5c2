package import Spec
package import Values

/// A request to a token or revocation endpoint: POST, a form, and exactly one method of client authentication.
package struct TokenRequest: Sendable {
    package var endpoint: String
    package var client: Client
    package var fields: [(name: String, value: String)]

    /// The client's own credentials.
    package struct Client: Sendable {
        package var id: String
        /// Nil for a public client.
        package var secret: Secret?
        package var method: IntegrationSpec.TokenAuthMethod

        package init(id: String, secret: Secret?, method: IntegrationSpec.TokenAuthMethod) {
            self.id = id
            self.secret = secret
            self.method = method
        }
    }

    /// RFC 6749 § 4.1.3.
    package static func exchange(
        code: Secret, redirectURI: String, verifier: Secret?, at endpoint: String, client: Client,
        parameters: [IntegrationSpec.Parameter]
    ) -> TokenRequest {
        var fields = [("grant_type", "authorization_code"), ("code", code.reveal()), ("redirect_uri", redirectURI)]
        if let verifier { fields.append(("code_verifier", verifier.reveal())) }
        return TokenRequest(endpoint: endpoint, client: client, fields: fields + parameters.map { ($0.name, $0.value) })
    }

    /// RFC 6749 § 6. No `scope`: what was granted is asked for again.
    package static func refresh(
        token: Secret, at endpoint: String, client: Client, parameters: [IntegrationSpec.Parameter]
    ) -> TokenRequest {
        TokenRequest(
            endpoint: endpoint, client: client,
            fields: [("grant_type", "refresh_token"), ("refresh_token", token.reveal())] + parameters.map { ($0.name, $0.value) })
    }

    /// RFC 7009 § 2.1.
    package static func revocation(of token: Secret, hint: String, at endpoint: String, client: Client) -> TokenRequest {
        TokenRequest(endpoint: endpoint, client: client, fields: [("token", token.reveal()), ("token_type_hint", hint)])
    }

    /// - Parameter timeout: for the whole call; a refresh takes one shorter than its lease.
    package func request(timeout: Duration) throws(OAuthError) -> ProviderRequest {
        let names = fields.map(\.name)
        for name in names where IntegrationRules.clientCredentialParameters.contains(name) || names.filter({ $0 == name }).count > 1 {
            throw OAuthError(.notConfigured, "tokenParams sets `\(name)`, which the flow sets itself: take it out")
        }
        guard !endpoint.contains("#") else {
            throw OAuthError(.notConfigured, "the token endpoint has a fragment, which RFC 6749 § 3.2 forbids: take it out")
        }
        var form = fields
        var headers = [
            (name: "Accept", value: "application/json"), (name: "Content-Type", value: FormEncoding.mediaType),
            (name: "User-Agent", value: "integration-framework"),
        ]
        switch client.method {
        case .basic:
            // § 2.3.1: both parts are form-encoded before they are joined.
            headers.append(basic(FormEncoding.encode(client.id), FormEncoding.encode(try secret().reveal())))
        case .basicRaw:
            guard !client.id.contains(":") else {
                throw OAuthError(.notConfigured, "a clientId with a colon cannot be sent as client_secret_basic_raw (RFC 7617 § 2)")
            }
            headers.append(basic(client.id, try secret().reveal()))
        case .post:
            form += [("client_id", client.id), ("client_secret", try secret().reveal())]
        case .none:
            form.append(("client_id", client.id))
        }
        return ProviderRequest(method: "POST", url: endpoint, headers: headers, body: FormEncoding.text(form), timeout: timeout)
    }

    private func basic(_ user: String, _ password: String) -> (name: String, value: String) {
        ("Authorization", "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))")
    }

    private func secret() throws(OAuthError) -> Secret {
        guard let secret = client.secret, !secret.isEmpty else {
            throw OAuthError(.notConfigured, "the integration has no clientSecret, which \(client.method.rawValue) needs")
        }
        return secret
    }
}
