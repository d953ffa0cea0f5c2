extension Provider {
    package static let salesforce = Provider(
        name: "salesforce", displayName: "Salesforce", type: .crm,
        oauth: OAuth(
            authorizationUrl: "https://login.salesforce.com/services/oauth2/authorize",
            tokenUrl: "https://login.salesforce.com/services/oauth2/token",
            revocationUrl: "https://login.salesforce.com/services/oauth2/revoke",
            pkce: .always, pkceSupport: .supported, tokenAuthMethod: .post, scopeSeparator: .space,
            authorizationParams: [.init(name: "prompt", value: "consent")],
            scopesNeeded: ["refresh_token"],
            accessToken: .unstated(renewAfterSeconds: 900),
            refresh: OAuth.Refresh(rotation: .configurable, idleDays: 30),
            metadataFields: ["instance_url", "id"]),
        apiBase: "{instance_url}",
        allowedHosts: ["login.salesforce.com", "test.salesforce.com", "*.my.salesforce.com", "*.my.site.com"],
        verification: Verification(target: "/services/oauth2/userinfo"),
        quirks: [
            "no expires_in: the customer's session timeout decides, so tokens are renewed every 15 minutes",
            "a sandbox answers on test.salesforce.com: override both URLs",
            "apps in more than two customers' production organisations must use PKCE and rotating refresh tokens from mid-2026",
            "under those rules refresh calls must come from listed addresses",
            "introspection lives on the instance_url of each connection",
        ],
        sources: "vendor documentation; URLs and prompt from Nango's catalogue; allowed hosts and token cap from general knowledge",
        verifiedOn: "2026-08-21")
}
