extension Provider {
    package static let hubspot = Provider(
        name: "hubspot", displayName: "HubSpot", type: .crm,
        oauth: OAuth(
            authorizationUrl: "https://app.hubspot.com/oauth/authorize",
            tokenUrl: "https://api.hubapi.com/oauth/2026-03/token",
            revocationUrl: "https://api.hubapi.com/oauth/2026-03/token/revoke",
            introspectionUrl: "https://api.hubapi.com/oauth/2026-03/token/introspect",
            pkce: .always, pkceSupport: .supported, tokenAuthMethod: .post, scopeSeparator: .space,
            accessToken: .seconds(1800),
            refresh: OAuth.Refresh(rotation: .never),
            errors: OAuth.Errors(terminal: ["BAD_REFRESH_TOKEN"])),
        apiBase: "https://api.hubapi.com", allowedHosts: ["api.hubapi.com"],
        verification: Verification(target: "/account-info/v3/details"),
        quirks: [
            "the v1 OAuth endpoints end on 2027-02-16; these are the dated ones",
            "optional_scope takes further scopes, separated by spaces",
            "a failure carries both `error` and `status` members",
        ],
        sources:
            "vendor documentation; authorization URL and verification from Nango's catalogue; lasting refresh tokens from general knowledge",
        verifiedOn: "2026-08-21")
}
