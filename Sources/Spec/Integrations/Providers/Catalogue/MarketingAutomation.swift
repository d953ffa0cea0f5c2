extension Provider {
    package static let mailchimp = Provider(
        name: "mailchimp", displayName: "Mailchimp", type: .marketingAutomation,
        oauth: OAuth(
            authorizationUrl: "https://login.mailchimp.com/oauth2/authorize",
            tokenUrl: "https://login.mailchimp.com/oauth2/token",
            pkce: .always, pkceSupport: .unknown, tokenAuthMethod: .post, scopeSeparator: .none,
            accessToken: .never,
            refresh: OAuth.Refresh(kind: .none, rotation: .never)),
        apiBase: "https://{dc}.api.mailchimp.com/3.0",
        allowedHosts: ["login.mailchimp.com", "*.api.mailchimp.com"],
        verification: Verification(target: "https://login.mailchimp.com/oauth2/metadata"),
        quirks: [
            "tokens do not end, and there is neither a refresh token nor a revocation endpoint",
            "the data centre of an account is `dc` of the metadata endpoint",
            "there are no scopes",
        ],
        sources: "Nango's catalogue; lifetime and client authentication from general knowledge",
        verifiedOn: "2026-08-21")

    package static let activeCampaign = Provider(
        name: "activecampaign", displayName: "ActiveCampaign", type: .marketingAutomation,
        apiKey: APIKey(header: "Api-Token"),
        apiBase: "https://{account_host}/api",
        allowedHosts: ["*.api-us1.com", "*.activehosted.com"],
        verification: Verification(target: "/3/users/me"),
        quirks: ["no OAuth: an account's key and host", "5 requests a second an account"],
        sources: "Nango's catalogue; hosts from general knowledge",
        verifiedOn: "2026-08-21")
}
