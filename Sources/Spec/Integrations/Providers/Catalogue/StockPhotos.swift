extension Provider {
    package static let unsplash = Provider(
        name: "unsplash", displayName: "Unsplash", type: .designTools,
        oauth: OAuth(
            authorizationUrl: "https://unsplash.com/oauth/authorize",
            tokenUrl: "https://unsplash.com/oauth/token",
            pkce: .never, pkceSupport: .unsupported, tokenAuthMethod: .post, scopeSeparator: .plus,
            accessToken: .never,
            refresh: OAuth.Refresh(kind: .none, rotation: .never)),
        apiBase: "https://api.unsplash.com", allowedHosts: ["unsplash.com", "api.unsplash.com"],
        verification: Verification(target: "/me"),
        quirks: [
            "scopes are joined by a plus sign that must not be escaped",
            "a PKCE challenge breaks the flow",
            "public calls take `Authorization: Client-ID` and the access key; verification needs read_user",
        ],
        sources: "vendor documentation on PKCE; URLs and the plus sign from Grant's catalogue; lifetime from general knowledge",
        verifiedOn: "2026-08-21")

    package static let shutterstock = Provider(
        name: "shutterstock", displayName: "Shutterstock", type: .designTools,
        oauth: OAuth(
            authorizationUrl: "https://accounts.shutterstock.com/oauth/authorize",
            tokenUrl: "https://api.shutterstock.com/v2/oauth/access_token",
            pkce: .always, pkceSupport: .unknown, tokenAuthMethod: .post, scopeSeparator: .space,
            authorizationParams: [.init(name: "realm", value: "customer")],
            accessToken: .never),
        apiBase: "https://api.shutterstock.com/v2",
        allowedHosts: ["accounts.shutterstock.com", "api.shutterstock.com"],
        apiHeaders: [.init(name: "User-Agent", value: "integration-framework")],
        verification: Verification(target: "/user"),
        quirks: [
            "a User-Agent header is mandatory",
            "expires=true in tokenParams asks for a token that ends and a refresh token",
            "basic authentication is enough for searching",
        ],
        sources: "vendor documentation on headers; URLs, parameters and lifetimes from general knowledge",
        verifiedOn: "2026-08-21")

    package static let gettyImages = Provider(
        name: "getty-images", displayName: "Getty Images", type: .designTools,
        oauth: OAuth(
            authorizationUrl: "https://authentication.gettyimages.com/oauth2/auth",
            tokenUrl: "https://authentication.gettyimages.com/oauth2/token",
            pkce: .always, pkceSupport: .unknown, tokenAuthMethod: .post, scopeSeparator: .space,
            accessToken: .seconds(1800),
            refresh: OAuth.Refresh(rotation: .unknown)),
        apiBase: "https://api.gettyimages.com",
        allowedHosts: ["authentication.gettyimages.com", "api.gettyimages.com"],
        apiHeaders: [.init(name: "Api-Key", value: "{client_id}")],
        verification: Verification(target: "/v3/customers/current"),
        quirks: ["token calls count against the customer's rate limit"],
        sources: "vendor documentation; URLs and header from Nango's catalogue; verification from general knowledge",
        verifiedOn: "2026-08-21")
}
