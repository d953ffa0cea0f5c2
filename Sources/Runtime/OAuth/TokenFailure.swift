package import Spec
import Values

/// A token endpoint's refusal, sorted by who can do something about it.
///
/// | class | what it means | what follows |
/// | --- | --- | --- |
/// | `grant` | the code or refresh token is not valid any more | a person authorises again |
/// | `client` | the integration's own registration is at fault | its operator acts; the connection lives |
/// | `passing` | network, limit, outage | try again later; the connection lives |
/// | `unexplained` | 4xx without an error code | as passing at first, as `grant` when it goes on |
/// | `malformed` | an answer that breaks the rules | as passing: a token may be lost, and the next try will tell |
package struct TokenFailure: Error, Sendable, Hashable {
    package enum Class: Sendable, Hashable {
        case grant
        case client
        case passing
        case unexplained
        case malformed
    }

    package var kind: Class
    /// The provider's `error`, where it sent one that looks like one.
    package var providerCode: String?
    package var message: String
    package var retryAfter: Duration?
    /// Whether the provider may have acted on the request although no answer says so.
    package var mayHaveArrived = false

    package init(_ kind: Class, _ message: String, providerCode: String? = nil, retryAfter: Duration? = nil) {
        self.kind = kind
        self.message = message
        self.providerCode = providerCode
        self.retryAfter = retryAfter
    }

    /// No answer came at all.
    package init(_ error: ProviderCallError) {
        self.init(.passing, "the provider could not be reached: \(error.message)")
        mayHaveArrived = error.mayHaveArrived
    }

    /// An error response (RFC 6749 § 5.2), whatever its body looks like.
    package init(_ response: ProviderResponse, config: EffectiveConfig) {
        let json = try? JSON(parsing: response.body)
        // HubSpot names its own code in `status` beside `error`.
        let candidates = [json?["error"]?.string, json?["status"]?.string].compactMap { $0 }
        let code = candidates.first.map(AuthorizationResponse.cleaned)
        // At most an hour; a date says no more than no header does.
        let wait = response.header("Retry-After").flatMap { RetryAfter.seconds($0) }.map { min($0, .seconds(3600)) }
        let said = code.map { "`\($0)`" } ?? "nothing that explains it"
        let status = response.status
        let kind: Class
        switch status {
        case 429, 408, 500...599: kind = .passing
        case 300...399: kind = .client
        default:
            if candidates.contains(where: { config.errors.terminal.contains($0) }) || code == "invalid_grant" {
                kind = .grant
            } else if candidates.contains(where: { config.errors.transient.contains($0) || Self.passingCodes.contains($0) }) {
                kind = .passing
            } else if let code, Self.clientCodes.contains(code) {
                kind = .client
            } else if code == nil, status == 401 {
                kind = .client
            } else {
                kind = .unexplained
            }
        }
        let message =
            (300...399).contains(status)
            ? "the provider answered with a redirect (\(status)), which is not followed: correct the tokenUrl"
            : "the provider answered \(status) and \(said)"
        self.init(kind, message, providerCode: code, retryAfter: wait)
        mayHaveArrived = status >= 500
    }

    private static let passingCodes: Set<String> = ["temporarily_unavailable", "server_error", "slow_down", "rate_limit_exceeded"]

    /// All of § 5.2 but `invalid_grant`: what is wrong is wrong for every connection of the integration.
    private static let clientCodes: Set<String> = [
        "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_request", "invalid_scope",
    ]
}

extension TokenFailure {
    /// How a failed code exchange looks to who came back from the provider.
    var exchangeError: OAuthError {
        switch kind {
        case .grant, .unexplained: OAuthError(.codeRejected, "the provider did not accept the code: \(message)")
        case .client: OAuthError(.clientRejected, "the provider did not accept this integration: \(message)")
        case .passing: OAuthError(.providerUnavailable, message, retryAfter: retryAfter)
        case .malformed: OAuthError(.tokenResponseInvalid, message)
        }
    }
}
