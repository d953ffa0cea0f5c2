package import Values

/// The parameters with which a browser comes back (RFC 6749 § 4.1.2), checked as far as they can be without the state's row.
package struct AuthorizationResponse: Sendable {
    package let state: Secret
    /// RFC 9207.
    package let issuer: String?
    package let outcome: Outcome
    /// Parameters that a provider of the catalogue may give a meaning, such as Zoho's `location`.
    package let others: [String: String]

    package enum Outcome: Sendable, Equatable {
        case code(Secret)
        /// `error` of § 4.1.2.1, kept to the characters that the clause allows.
        case failure(code: String)
    }

    /// Refuses repeated parameters (§ 3.1), answers of other flows (RFC 9700 § 2.1.2) and one that says both or neither.
    package init(_ parameters: [(name: String, value: String)]) throws(OAuthError) {
        var values: [String: String] = [:]
        for (name, value) in parameters {
            if values.updateValue(value, forKey: name) != nil, Self.meaningful.contains(name) {
                throw OAuthError(.callbackInvalid, "the parameter `\(name)` stands twice in the callback")
            }
        }
        guard let state = values["state"], !state.isEmpty else {
            throw OAuthError(.stateInvalid, "the callback has no state: start again")
        }
        guard state.utf8.count <= 512 else { throw OAuthError(.stateInvalid, "the state of the callback is not one of ours") }
        for name in ["access_token", "id_token", "token_type", "response"] where values[name] != nil {
            throw OAuthError(.callbackInvalid, "the callback carries `\(name)`: only the authorization code flow is supported")
        }
        self.state = Secret(state)
        issuer = values["iss"]
        switch (values["code"], values["error"]) {
        case (let code?, nil):
            guard !code.isEmpty, code.utf8.count <= 4096 else {
                throw OAuthError(.callbackInvalid, "the code of the callback is empty or too long")
            }
            outcome = .code(Secret(code))
        case (nil, let error?):
            outcome = .failure(code: Self.cleaned(error))
        case (_?, _?):
            throw OAuthError(.callbackInvalid, "the callback carries both a code and an error")
        case (nil, nil):
            throw OAuthError(.callbackInvalid, "the callback carries neither a code nor an error")
        }
        others = values.filter { !Self.meaningful.contains($0.key) }
    }

    /// The code, once the response is known to be the awaited server's; call it after the state was consumed.
    ///
    /// - Parameter expectedIssuer: nil where the integration has none; `iss` is then ignored as any unknown parameter.
    package func code(expectedIssuer: String?) throws(OAuthError) -> Secret {
        // RFC 9207 § 2.4: simple string comparison, also for error responses, and a missing `iss` is a wrong one.
        if let expectedIssuer, issuer?.isExactly(expectedIssuer) != true {
            throw OAuthError(
                .issuerMismatch,
                issuer == nil
                    ? "the callback does not say which server issued it (`iss` is missing)"
                    : "the callback was issued by another server than the integration's issuer")
        }
        switch outcome {
        case .code(let code):
            return code
        case .failure("access_denied"), .failure("user_cancelled_login"), .failure("user_cancelled_authorize"):
            throw OAuthError(.accessDenied, "the access was denied at the provider")
        case .failure(let code):
            throw OAuthError(.authorizationFailed, "the provider answered with the error `\(code)`")
        }
    }

    private static let meaningful: Set<String> = [
        "state", "code", "iss", "error", "error_description", "error_uri", "access_token", "id_token", "token_type", "response",
    ]

    /// Letters, digits, `_`, `-` and `.` of at most 64 characters; anything else is not an error code that anybody defines.
    static func cleaned(_ error: String) -> String {
        let allowed = error.utf8.allSatisfy { byte in
            byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        return allowed && !error.isEmpty && error.utf8.count <= 64 ? error : "unknown"
    }
}
