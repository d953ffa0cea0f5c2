import OpenSSL
import Spec
import Testing
import Values

@testable import IntegrationRuntime

struct PKCETests {
    @Test func `a thousand verifiers are distinct, 43 characters long and match their challenges`() {
        var seen: Set<String> = []
        for _ in 0..<1000 {
            let pkce = PKCE()
            let verifier = pkce.verifier.reveal()
            #expect(verifier.utf8.count == 43)
            #expect(pkce.challenge == Base64URL.encode(SHA256.hash(Array(verifier.utf8))))
            seen.insert(verifier)
        }
        #expect(seen.count == 1000)
    }

    @Test func `the vector of RFC 7636 appendix B`() {
        let pkce = PKCE(verifier: Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
        #expect(pkce.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }
}

struct AuthorizationRequestTests {
    func request(
        endpoint: String = "https://as.example/authorize", separator: ScopeSeparator = .space, scopes: [String] = ["read", "a:b"],
        challenge: String? = "abc", parameters: [IntegrationSpec.Parameter] = []
    ) -> AuthorizationRequest {
        AuthorizationRequest(
            endpoint: endpoint, clientID: "my client", redirectURI: "https://app.example/cb?x=1", scopes: scopes, separator: separator,
            state: Secret("st"), challenge: challenge, parameters: parameters)
    }

    @Test func `A1, A2, A10: code flow, S256 and the redirect URI byte for byte`() throws {
        #expect(
            try request().url()
                == "https://as.example/authorize?response_type=code&client_id=my%20client&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1&scope=read%20a%3Ab&state=st&code_challenge=abc&code_challenge_method=S256"
        )
    }

    @Test func `B4: the endpoint's own query stays`() throws {
        #expect(try request(endpoint: "https://as.example/a?tenant=x").url().hasPrefix("https://as.example/a?tenant=x&response_type=code&"))
        #expect(try request(endpoint: "https://as.example/a?").url().hasPrefix("https://as.example/a?response_type=code&"))
    }

    @Test(arguments: [
        (ScopeSeparator.space, "&scope=read%20a%3Ab&"), (.comma, "&scope=read%2Ca%3Ab&"), (.plus, "&scope=read+a%3Ab&"),
    ])
    func `scopes are joined as the provider reads them`(separator: ScopeSeparator, expected: String) throws {
        #expect(try request(separator: separator).url().contains(expected))
    }

    @Test func `no scope parameter where the provider takes none or nothing is asked for`() throws {
        #expect(!(try request(separator: .none).url().contains("scope=")))
        #expect(!(try request(scopes: []).url().contains("scope=")))
    }

    @Test func `a provider that breaks on PKCE gets no challenge`() throws {
        #expect(!(try request(challenge: nil).url().contains("code_challenge")))
    }

    @Test(arguments: [
        "response_type", "client_id", "redirect_uri", "state", "scope", "code_challenge", "code_challenge_method", "request_uri",
    ])
    func `A10: a reserved parameter is refused, in parameters and in the endpoint's query`(name: String) {
        let first = #expect(throws: OAuthError.self) { try request(parameters: [.init(name: name, value: "x")]).url() }
        #expect(first?.code == .notConfigured)
        let second = #expect(throws: OAuthError.self) { try request(endpoint: "https://as.example/a?\(name)=x").url() }
        #expect(second?.code == .notConfigured)
    }

    @Test func `a fragment in the endpoint is refused`() {
        #expect(throws: OAuthError.self) { try request(endpoint: "https://as.example/a#b").url() }
    }

    @Test func `further parameters come last, escaped`() throws {
        #expect(try request(parameters: [.init(name: "prompt", value: "login consent")]).url().hasSuffix("&prompt=login%20consent"))
    }
}

struct AuthorizationResponseTests {
    func parse(_ parameters: [(String, String)]) throws(OAuthError) -> AuthorizationResponse {
        try AuthorizationResponse(parameters.map { ($0.0, $0.1) })
    }

    @Test(arguments: ["code", "state", "iss", "error"])
    func `A7: a repeated parameter is refused`(name: String) {
        var parameters = [("code", "c"), ("state", "s")]
        parameters += [(name, "x"), (name, "y")]
        let error = #expect(throws: OAuthError.self) { try parse(parameters) }
        #expect(error?.code == .callbackInvalid)
    }

    @Test(arguments: ["access_token", "id_token", "token_type", "response"])
    func `A1: an answer of another flow is refused`(name: String) {
        let error = #expect(throws: OAuthError.self) { try parse([("code", "c"), ("state", "s"), (name, "x")]) }
        #expect(error?.code == .callbackInvalid)
    }

    @Test func `A4: without a state there is nothing to talk about`() {
        #expect(throws: OAuthError(.stateInvalid, "the callback has no state: start again")) { try parse([("code", "c")]) }
        #expect(throws: OAuthError(.stateInvalid, "the callback has no state: start again")) { try parse([("code", "c"), ("state", "")]) }
    }

    @Test func `A13: unknown parameters are ignored, even twice`() throws {
        let response = try parse([("code", "c"), ("state", "s"), ("foo", "1"), ("foo", "2")])
        #expect(try response.code(expectedIssuer: nil) == Secret("c"))
    }

    @Test func `a code and an error, or neither, are refused`() {
        #expect(throws: OAuthError.self) { try parse([("state", "s"), ("code", "c"), ("error", "x")]) }
        #expect(throws: OAuthError.self) { try parse([("state", "s")]) }
        #expect(throws: OAuthError.self) { try parse([("state", "s"), ("code", "")]) }
    }

    @Test(arguments: [nil, "https://as.example/", "https://AS.example", "https://evil.example"])
    func `A8: iss is compared exactly, and a missing one is wrong`(iss: String?) throws {
        let parameters = [("code", "c"), ("state", "s")] + (iss.map { [("iss", $0)] } ?? [])
        let response = try parse(parameters)
        let error = #expect(throws: OAuthError.self) { try response.code(expectedIssuer: "https://as.example") }
        #expect(error?.code == .issuerMismatch)
    }

    @Test func `A8: the right iss passes, and it is checked before an error is believed`() throws {
        #expect(
            try parse([("code", "c"), ("state", "s"), ("iss", "https://as.example")]).code(expectedIssuer: "https://as.example")
                == Secret("c"))
        let error = #expect(throws: OAuthError.self) {
            try parse([("error", "access_denied"), ("state", "s"), ("iss", "x")]).code(expectedIssuer: "https://as.example")
        }
        #expect(error?.code == .issuerMismatch)
    }

    @Test(arguments: [
        ("access_denied", OAuthError.Code.accessDenied, "the access was denied at the provider"),
        ("server_error", .authorizationFailed, "the provider answered with the error `server_error`"),
        ("<script>alert(1)</script>", .authorizationFailed, "the provider answered with the error `unknown`"),
    ])
    func `A12: errors are typed, and foreign text does not get through`(text: String, code: OAuthError.Code, message: String) throws {
        let response = try parse([("error", text), ("error_description", "<b>x</b>"), ("state", "s")])
        #expect(throws: OAuthError(code, message)) { try response.code(expectedIssuer: nil) }
    }
}

struct TokenRequestTests {
    func exchange(
        _ method: IntegrationSpec.TokenAuthMethod, id: String = "id", secret: String? = "s3cret:/+=%",
        endpoint: String = "https://as.example/token?tenant=a",
        parameters: [IntegrationSpec.Parameter] = []
    ) throws(OAuthError) -> ProviderRequest {
        try TokenRequest.exchange(
            code: Secret("c/1"), redirectURI: "https://app.example/cb", verifier: Secret("v"), at: endpoint,
            client: .init(id: id, secret: secret.map { Secret($0) }, method: method), parameters: parameters
        ).request(timeout: .seconds(1))
    }

    @Test func `B1, B4: POST, a form, the endpoint's query kept and no secret in the URL`() throws {
        let request = try exchange(.post)
        #expect(request.method == "POST")
        #expect(request.url == "https://as.example/token?tenant=a")
        #expect(request.header("Content-Type") == "application/x-www-form-urlencoded")
        #expect(
            request.body
                == "grant_type=authorization_code&code=c%2F1&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&code_verifier=v&client_id=id&client_secret=s3cret%3A%2F%2B%3D%25"
        )
        #expect(request.header("Authorization") == nil)
    }

    @Test func `B2, B3: Basic is form-encoded and leaves nothing of the client in the body`() throws {
        let request = try exchange(.basic, id: "my id")
        #expect(request.header("Authorization") == "Basic \(Base64.encode(Array("my+id:s3cret%3A%2F%2B%3D%25".utf8)))")
        #expect(request.form["client_id"] == nil && request.form["client_secret"] == nil)
    }

    @Test func `B3: raw Basic is the provider's quirk, and a colon in the id cannot be said in it`() throws {
        #expect(try exchange(.basicRaw).header("Authorization") == "Basic \(Base64.encode(Array("id:s3cret:/+=%".utf8)))")
        #expect(throws: OAuthError.self) { try exchange(.basicRaw, id: "a:b") }
    }

    @Test func `a public client sends its id alone`() throws {
        let request = try exchange(.none, secret: nil)
        #expect(request.form["client_id"] == "id")
        #expect(request.form["client_secret"] == nil && request.header("Authorization") == nil)
    }

    @Test func `a confidential client without its secret sends nothing`() {
        let error = #expect(throws: OAuthError.self) { try exchange(.post, secret: nil) }
        #expect(error?.code == .notConfigured)
    }

    @Test(arguments: ["client_id", "client_secret", "grant_type", "code", "redirect_uri", "code_verifier", "client_assertion"])
    func `tokenParams cannot replace what the flow sets`(name: String) {
        #expect(throws: OAuthError.self) { try exchange(.basic, parameters: [.init(name: name, value: "x")]) }
    }

    @Test func `a refresh asks for what was granted before`() throws {
        let request = try TokenRequest.refresh(
            token: Secret("r"), at: "https://as.example/token", client: .init(id: "id", secret: Secret("s"), method: .basic),
            parameters: [.init(name: "expires", value: "true")]
        ).request(timeout: .seconds(1))
        #expect(request.body == "grant_type=refresh_token&refresh_token=r&expires=true")
    }

    @Test func `D1: a revocation names the token and its kind`() throws {
        let request = try TokenRequest.revocation(
            of: Secret("r"), hint: "refresh_token", at: "https://as.example/revoke",
            client: .init(id: "id", secret: Secret("s"), method: .basic)
        ).request(timeout: .seconds(1))
        #expect(request.body == "token=r&token_type_hint=refresh_token")
    }

    @Test func `E1: a request does not describe itself`() throws {
        let request = try exchange(.basic)
        #expect(!"\(request)".contains("s3cret") && !String(reflecting: request).contains("s3cret"))
        var dumped = ""
        dump(request, to: &dumped)
        #expect(!dumped.contains("Basic"))
    }
}
