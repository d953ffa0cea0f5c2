import OpenSSL
package import Values

/// Makes management tokens from the shared secret, for development and CI.
package struct TokenMint: Sendable {
    private let code: HMACSHA256

    package init(sharedSecret: Secret) {
        code = HMACSHA256(key: Array(sharedSecret.reveal().utf8))
    }

    /// An HS256 token valid from `now` for `lifetime`, with a random `jti`.
    package func token(
        for principal: Principal, at now: Timestamp, lifetime: Duration, audience: String? = nil, issuer: String? = nil
    ) -> Secret {
        var claims = JSONObject([
            ("sub", .string(principal.subject)), ("role", .string(principal.role.rawValue)),
            ("iat", .integer(now.seconds)), ("exp", .integer((now + lifetime).seconds)),
            ("jti", .string(Base64URL.encode(randomBytes(12)))),
        ])
        claims["workspaceId"] = .string(
            {
                switch principal.workspace {
                case .one(let name): name.text
                case .all: "*"
                }
            }())
        claims["aud"] = audience.map(JSON.string)
        claims["iss"] = issuer.map(JSON.string)
        let header: JSON = ["alg": "HS256", "typ": "JWT"]
        let input = "\(Base64URL.encode(header.text.utf8)).\(Base64URL.encode(JSON.object(claims).text.utf8))"
        return Secret("\(input).\(Base64URL.encode(code.authenticate(Array(input.utf8))))")
    }
}
