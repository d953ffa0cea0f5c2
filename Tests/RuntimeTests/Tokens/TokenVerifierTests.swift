import IntegrationRuntime
import OpenSSL
import Testing
import Values

struct TokenVerifierTests {
    let now = Timestamp(seconds: 1_790_000_000)
    let secret = Secret(String(repeating: "s", count: 40))

    private func sign(_ claims: String, header: String = #"{"alg":"HS256","typ":"JWT"}"#, secret: Secret? = nil) -> String {
        let input = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(claims.utf8))"
        let key = HMACSHA256(key: Array((secret ?? self.secret).reveal().utf8))
        return "\(input).\(Base64URL.encode(key.authenticate(Array(input.utf8))))"
    }

    private func claims(_ extra: String = "") -> String {
        #"{"sub":"ann","workspaceId":"acme","exp":1790000100\#(extra)}"#
    }

    private func code(_ token: String, audience: String? = nil, issuer: String? = nil) -> TokenError.Code? {
        do {
            _ = try TokenVerifier(sharedSecret: secret, audience: audience, issuer: issuer).principal(of: token, at: now)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `a good token names its principal`() throws {
        let verifier = TokenVerifier(sharedSecret: secret)
        #expect(
            try verifier.principal(of: sign(claims()), at: now) == Principal(subject: "ann", workspace: .one("acme"), role: .member))
        #expect(
            try verifier.principal(of: sign(#"{"sub":"a","workspaceId":"*","role":"admin","exp":1790000100.5}"#), at: now)
                == Principal(subject: "a", workspace: .all, role: .admin))
    }

    @Test(arguments: [
        "", "K8s", "\u{212a}8s", "caf\u{e9}", "cafe\u{301}", "a;b", "a\u{37e}b", "Bad Name", "-a", "a-", "a.b",
        String(repeating: "a", count: 64),
    ])
    func `a token for what cannot be a workspace is refused with the rule`(workspace: String) {
        let claims: JSON = ["sub": "ann", "workspaceId": .string(workspace), "role": "admin", "exp": 1_790_000_100]
        let error = #expect(throws: TokenError.self) {
            try TokenVerifier(sharedSecret: secret).principal(of: sign(claims.text), at: now)
        }
        #expect(error?.code == .invalidClaim)
        #expect(error?.message.contains("1 to 63 lower-case letters, digits and inner hyphens") == true)
    }

    @Test func `issuer and audience are compared by their bytes`() {
        let look = sign(claims(#","iss":"\#u{212a}","aud":"a\#u{37e}b""#))
        #expect(code(look, audience: "a;b") == .wrongAudience)
        #expect(code(look, issuer: "K") == .wrongIssuer)
    }

    @Test func `what the mint makes verifies until it expires`() throws {
        let principal = Principal(subject: "ci", workspace: .one("acme"), role: .admin)
        let token = TokenMint(sharedSecret: secret).token(
            for: principal, at: now, lifetime: .seconds(3600), audience: "api", issuer: "me"
        ).reveal()
        let verifier = TokenVerifier(sharedSecret: secret, audience: "api", issuer: "me")
        #expect(try verifier.principal(of: token, at: now) == principal)
        #expect(throws: TokenError.self) { try verifier.principal(of: token, at: now + .seconds(3600)) }
        #expect(throws: TokenError.self) { try TokenVerifier(sharedSecret: Secret("other")).principal(of: token, at: now) }
    }

    @Test(arguments: [
        (#"{"sub":"ann","workspaceId":"acme"}"#, TokenError.Code.invalidClaim),
        (#"{"sub":"ann","workspaceId":"acme","exp":"1790000100"}"#, .invalidClaim),
        (#"{"sub":"ann","workspaceId":"acme","exp":1790000000}"#, .expired),
        (#"{"sub":"ann","workspaceId":"acme","exp":1790000100,"nbf":1790000061}"#, .notYetValid),
        (#"{"sub":"ann","workspaceId":"acme","exp":1790000100,"iat":1790000061}"#, .notYetValid),
        (#"{"workspaceId":"acme","exp":1790000100}"#, .invalidClaim),
        (#"{"sub":"","workspaceId":"acme","exp":1790000100}"#, .invalidClaim),
        (#"{"sub":7,"workspaceId":"acme","exp":1790000100}"#, .invalidClaim),
        (#"{"sub":"ann","exp":1790000100}"#, .invalidClaim),
        (#"{"sub":"ann","workspaceId":["acme"],"exp":1790000100}"#, .invalidClaim),
        (#"{"sub":"ann","workspaceId":"*","exp":1790000100}"#, .invalidClaim),
        (#"{"sub":"ann","workspaceId":"*","role":"member","exp":1790000100}"#, .invalidClaim),
        (#"{"sub":"ann","workspaceId":"acme","role":"owner","exp":1790000100}"#, .invalidClaim),
        (#"{"sub":"ann","workspaceId":"acme","role":null,"exp":1790000100}"#, .invalidClaim),
        (#"{"sub":"ann","workspaceId":"acme","exp":1790000100,"exp":1890000100}"#, .malformed),
        (#"["sub"]"#, .malformed),
        ("", .malformed),
    ])
    func `claims that are not right are refused`(claims: String, expected: TokenError.Code) {
        #expect(code(sign(claims)) == expected)
    }

    @Test func `nbf and iat may be a minute ahead`() {
        #expect(code(sign(claims(#","nbf":1790000060,"iat":1790000060"#))) == nil)
    }

    @Test(arguments: [
        (#"{"alg":"none"}"#, TokenError.Code.algorithmNotAllowed),
        (#"{"alg":"hs256"}"#, .algorithmNotAllowed),
        (#"{"alg":"HS384"}"#, .algorithmNotAllowed),
        (#"{"alg":"RS256"}"#, .algorithmNotAllowed),
        (#"{"typ":"JWT"}"#, .malformed),
        (#"{"alg":["HS256"]}"#, .malformed),
        (#"{"alg":"HS256","alg":"none"}"#, .malformed),
        (#"{"alg":"HS256","crit":["exp"]}"#, .criticalExtension),
        (#"{"alg":"HS256","crit":[]}"#, .criticalExtension),
        (#"{"alg":"HS256","b64":false}"#, .criticalExtension),
        (#"{"alg":"HS256","kid":7}"#, .malformed),
        (#"{"alg":"HS256"} x"#, .malformed),
    ])
    func `headers that are not right are refused`(header: String, expected: TokenError.Code) {
        #expect(code(sign(claims(), header: header)) == expected)
    }

    @Test func `other spellings of a good token are refused`() {
        let token = sign(claims())
        let parts = token.split(separator: ".").map(String.init)
        #expect(code(token) == nil)
        #expect(code(token + "=") == .malformed)
        #expect(code(token + ".x") == .malformed)
        #expect(code(" " + token) == .malformed)
        #expect(code("\(parts[0]).\(parts[1])") == .malformed)
        #expect(code("\(parts[0]).\(parts[1]).") == .invalidSignature)
        #expect(code("..") == .malformed)
        #expect(code("") == .malformed)
        #expect(code(token + String(repeating: "A", count: JSONWebSignature.maximumBytes)) == .malformed)
        #expect(code(sign(claims(), secret: Secret("another secret"))) == .invalidSignature)
    }

    @Test func `audience and issuer are compared where they are configured`() {
        #expect(code(sign(claims()), audience: "api") == .wrongAudience)
        #expect(code(sign(claims(#","aud":"other""#)), audience: "api") == .wrongAudience)
        #expect(code(sign(claims(#","aud":["other","api"]"#)), audience: "api") == nil)
        #expect(code(sign(claims(#","aud":"api""#)), audience: "api") == nil)
        #expect(code(sign(claims()), issuer: "https://i") == .wrongIssuer)
        #expect(code(sign(claims(#","iss":"https://i/""#)), issuer: "https://i") == .wrongIssuer)
        #expect(code(sign(claims(#","iss":"https://i""#)), issuer: "https://i") == nil)
    }
}
