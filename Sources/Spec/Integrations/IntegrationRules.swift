import Values

/// What an integration may say, in a manifest and over HTTP alike; each function gives the problem with its remedy, or nil.
package enum IntegrationRules {
    package static let parameterCount = 20
    package static let scopeCount = 200
    /// Of `redirectUris`, and of `returnUrls`.
    package static let urlCount = 100

    /// RFC 6749 § 3.3: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
    package static func scopeProblem(_ scope: String) -> String? {
        guard !scope.isEmpty, scope.utf8.count <= 300,
            scope.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        else {
            return "the scope \(quoted(scope)) must be printable ASCII without spaces, quotes and backslashes: write one scope an entry"
        }
        return nil
    }

    /// Parameters that the flow itself sets must not come from outside.
    package static func authorizationParameterProblem(_ name: String) -> String? {
        parameterProblem(name, reserved: reservedAuthorizationParameters)
    }

    /// What neither the catalogue, nor a manifest, nor a caller sets in the address that a browser is sent to (RFC 9700 § 2.1: the
    /// redirect URI is fixed).
    package static let reservedAuthorizationParameters: Set<String> = [
        "response_type", "client_id", "client_secret", "redirect_uri", "scope", "state", "code_challenge",
        "code_challenge_method", "request", "request_uri", "code", "code_verifier",
    ]

    package static func tokenParameterProblem(_ name: String) -> String? {
        parameterProblem(name, reserved: reservedTokenParameters)
    }

    /// How the client authenticates itself at a token endpoint, which is the flow's to say.
    package static let clientCredentialParameters: Set<String> = [
        "client_id", "client_secret", "client_assertion", "client_assertion_type",
    ]

    private static let reservedTokenParameters: Set<String> = clientCredentialParameters.union([
        "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token",
    ])

    package static func parameterValueProblem(_ value: String) -> String? {
        value.utf8.count > 1000 || value.utf8.contains { $0 < 0x20 || $0 == 0x7F }
            ? "must be at most 1000 bytes without control characters" : nil
    }

    /// A client id is sent in URLs and in Basic credentials (RFC 6749 appendix A.1: `*VSCHAR`).
    package static func clientIdProblem(_ text: String) -> String? {
        guard !text.isEmpty, text.utf8.count <= 500, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            return "must be 1 to 500 printable ASCII characters"
        }
        return nil
    }

    private static func parameterProblem(_ name: String, reserved: Set<String>) -> String? {
        guard !name.isEmpty, name.utf8.count <= 100, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "the parameter \(quoted(name)) must be printable ASCII without spaces"
        }
        return reserved.contains(name) ? "the parameter \(quoted(name)) is set by the flow itself: leave it out" : nil
    }
}
