extension Provider {
    package static let adobe = Provider(
        name: "adobe", displayName: "Adobe Creative Cloud", type: .designTools,
        oauth: OAuth(
            authorizationUrl: "https://ims-na1.adobelogin.com/ims/authorize/v2",
            tokenUrl: "https://ims-na1.adobelogin.com/ims/token/v3",
            revocationUrl: "https://ims-na1.adobelogin.com/ims/revoke",
            pkce: .always, pkceSupport: .supported, tokenAuthMethod: .post, scopeSeparator: .comma,
            scopesNeeded: ["offline_access"],
            accessToken: .seconds(86400),
            refresh: OAuth.Refresh(rotation: .always, totalDays: 14)),
        allowedHosts: ["ims-na1.adobelogin.com", "*.adobe.io"],
        apiHeaders: [.init(name: "x-api-key", value: "{client_id}")],
        verification: Verification(target: "https://ims-na1.adobelogin.com/ims/userinfo/v2"),
        quirks: [
            "the API base depends on the product, for example stock.adobe.io",
            "offline_access works only where the service allows it",
            "a refresh token is revoked by its use and lives 14 days",
            "PKCE is required for single-page and native credentials",
        ],
        sources: "vendor documentation; URLs from Nango's and Grant's catalogues; scope separator and product hosts from general knowledge",
        verifiedOn: "2026-08-21")
}
