extension Provider {
    package static let zapier = Provider(
        name: "zapier", displayName: "Zapier", type: .zapier,
        oauth: OAuth(
            authorizationUrl: "https://api.zapier.com/v2/authorize",
            tokenUrl: "https://zapier.com/oauth/token",
            pkce: .never, pkceSupport: .unsupported, tokenAuthMethod: .post, scopeSeparator: .space,
            authorizationParams: [.init(name: "response_mode", value: "query")],
            refresh: OAuth.Refresh(rotation: .unknown)),
        apiBase: "https://api.zapier.com", allowedHosts: ["api.zapier.com", "zapier.com"],
        quirks: [
            "mostly met as the target of webhooks, not as an authorization server",
            "no request is documented that verifies a token",
        ],
        sources: "Nango's catalogue; client authentication from general knowledge",
        verifiedOn: "2026-08-21")

    package static let make = Provider(
        name: "make", displayName: "Make", type: .make,
        oauth: OAuth(
            authorizationUrl: "https://www.make.com/oauth/v2/authorize",
            tokenUrl: "https://www.make.com/oauth/v2/token",
            revocationUrl: "https://www.make.com/oauth/v2/revoke",
            pkce: .always, pkceSupport: .supported, tokenAuthMethod: .post, scopeSeparator: .space,
            accessToken: .seconds(3600),
            refresh: OAuth.Refresh(rotation: .always)),
        apiKey: APIKey(header: "Authorization", valuePrefix: "Token "),
        apiBase: "https://{zone}.make.com/api/v2",
        allowedHosts: ["www.make.com", "*.make.com", "*.make.cloud"],
        verification: Verification(target: "/users/me"),
        quirks: [
            "formerly Integromat",
            "PKCE is required of public clients, and only confidential ones get a refresh token",
            "the zone of an account, such as eu1, is part of its API host",
        ],
        sources: "vendor documentation; key header and verification from Nango's catalogue",
        verifiedOn: "2026-08-21")

    package static let n8n = Provider(
        name: "n8n", displayName: "n8n", type: .n8n,
        apiKey: APIKey(header: "X-N8N-API-KEY"),
        apiBase: "{base_url}/api/v1",
        verification: Verification(target: "/workflows?limit=1"),
        quirks: ["self-hosted: the operator sets the base URL, never an end user"],
        sources: "Nango's catalogue; verification from general knowledge",
        verifiedOn: "2026-08-21")
}
