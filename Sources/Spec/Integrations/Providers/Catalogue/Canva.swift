extension Provider {
    package static let canva = Provider(
        name: "canva", displayName: "Canva", type: .designTools,
        oauth: OAuth(
            authorizationUrl: "https://www.canva.com/api/oauth/authorize",
            tokenUrl: "https://api.canva.com/rest/v1/oauth/token",
            revocationUrl: "https://api.canva.com/rest/v1/oauth/revoke",
            introspectionUrl: "https://api.canva.com/rest/v1/oauth/introspect",
            pkce: .always, pkceSupport: .required, tokenAuthMethod: .basic, scopeSeparator: .space,
            accessToken: .seconds(14400),
            refresh: OAuth.Refresh(rotation: .always)),
        apiBase: "https://api.canva.com/rest", allowedHosts: ["api.canva.com"],
        verification: Verification(target: "/v1/users/me"),
        quirks: [
            "revoking ends every token of the lineage and the consent",
            "access tokens can be 4 KB long",
            "in development the redirect URI must say 127.0.0.1, not localhost",
        ],
        sources: "vendor documentation; authorization URL and verification from Nango's catalogue",
        verifiedOn: "2026-08-21")
}
