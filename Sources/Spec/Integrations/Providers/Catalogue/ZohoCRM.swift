extension Provider {
    package static let zohoCRM = Provider(
        name: "zoho-crm", displayName: "Zoho CRM", type: .crm,
        oauth: OAuth(
            authorizationUrl: "https://accounts.zoho.com/oauth/v2/auth",
            tokenUrl: "https://accounts.zoho.com/oauth/v2/token",
            revocationUrl: "https://accounts.zoho.com/oauth/v2/token/revoke",
            pkce: .always, pkceSupport: .unknown, tokenAuthMethod: .post, scopeSeparator: .comma,
            authorizationParams: [
                .init(name: "access_type", value: "offline"), .init(name: "prompt", value: "consent"),
            ],
            accessToken: .seconds(3600),
            refresh: OAuth.Refresh(rotation: .never),
            errors: OAuth.Errors(terminal: ["invalid_code"], transient: ["Access Denied"], withStatus200: true),
            metadataFields: ["api_domain"],
            regions: OAuth.Regions(
                callbackParameter: "location", domain: "zoho.com",
                domains: [
                    "us": "zoho.com", "eu": "zoho.eu", "in": "zoho.in", "au": "zoho.com.au", "jp": "zoho.jp",
                    "cn": "zoho.com.cn", "sa": "zoho.sa", "uk": "zoho.uk",
                ])),
        apiBase: "{api_domain}/crm/v8",
        allowedHosts: [
            "accounts.zoho.com", "accounts.zoho.eu", "accounts.zoho.in", "accounts.zoho.com.au", "accounts.zoho.jp",
            "accounts.zoho.com.cn", "accounts.zoho.sa", "accounts.zoho.uk", "*.zohoapis.com", "*.zohoapis.eu",
            "*.zohoapis.in", "*.zohoapis.com.au", "*.zohoapis.jp", "*.zohoapis.com.cn", "*.zohoapis.sa",
            "*.zohoapis.uk",
        ],
        verification: Verification(target: "/users?type=CurrentUser"),
        quirks: [
            "an account lives in one data centre: `location` of the callback picks it, `accounts-server` is never followed",
            "the Canadian data centre is not mapped: override the URLs for it",
            "a code lives two minutes",
            "at most 20 refresh tokens an account and app; the oldest is dropped without a word",
            "at most 10 access tokens a refresh token in 10 minutes, then `Access Denied`",
            "failures can come with status 200",
        ],
        sources:
            "vendor documentation; URLs and parameters from Nango's catalogue; data centres beyond six and status 200 from general knowledge",
        verifiedOn: "2026-08-21")
}
