extension Provider {
    package static let pipedrive = Provider(
        name: "pipedrive", displayName: "Pipedrive", type: .crm,
        oauth: OAuth(
            authorizationUrl: "https://oauth.pipedrive.com/oauth/authorize",
            tokenUrl: "https://oauth.pipedrive.com/oauth/token",
            revocationUrl: "https://oauth.pipedrive.com/oauth/revoke",
            pkce: .never, pkceSupport: .unsupported, tokenAuthMethod: .basic, scopeSeparator: .none,
            accessToken: .seconds(3600),
            refresh: OAuth.Refresh(rotation: .never, idleDays: 60),
            metadataFields: ["api_domain"]),
        apiBase: "{api_domain}/api", allowedHosts: ["oauth.pipedrive.com", "*.pipedrive.com"],
        verification: Verification(target: "/v1/users/me"),
        quirks: [
            "scopes are fixed on the app: no scope parameter is sent, not even an empty one",
            "the API host of an account comes with its tokens",
        ],
        sources: "vendor documentation; URLs and PKCE from Nango's catalogue; revocation and verification from general knowledge",
        verifiedOn: "2026-08-21")
}
