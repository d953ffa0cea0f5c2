/// Why a step of an OAuth flow came to nothing.
///
/// `message` is for people and holds nothing secret: no code, state, verifier or token, and no text of a provider
/// beyond its error code.
package struct OAuthError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What programs tell apart; the raw value is the `code` on the wire.
    package enum Code: String, Sendable, CaseIterable {
        /// Unknown, used or expired; the three are not told apart.
        case stateInvalid = "oauth_state_invalid"
        /// The parameters of the callback contradict RFC 6749 § 4.1.2.
        case callbackInvalid = "oauth_callback_invalid"
        /// The browser is not the one that started (RFC 9700 § 4.7).
        case browserMismatch = "oauth_browser_mismatch"
        /// `iss` is missing or another's (RFC 9207 § 2.4).
        case issuerMismatch = "oauth_issuer_mismatch"
        case accessDenied = "oauth_access_denied"
        /// Any other error response of the authorization endpoint.
        case authorizationFailed = "oauth_authorization_failed"
        /// The integration lacks what the flow needs, or says what cannot be.
        case notConfigured = "oauth_not_configured"
        case integrationInactive = "integration_inactive"
        /// The provider does not accept the integration's client.
        case clientRejected = "oauth_client_rejected"
        /// The provider does not accept the code.
        case codeRejected = "oauth_code_rejected"
        /// The provider's answer breaks RFC 6749 § 5.1 and no quirk of the catalogue allows it.
        case tokenResponseInvalid = "oauth_token_response_invalid"
        /// A passing fault: the network, a limit or an error of the provider.
        case providerUnavailable = "oauth_provider_unavailable"
        /// A person has to authorise again.
        case needsReauthorization = "connection_needs_reauth"
        /// There is no refresh token.
        case notRefreshable = "connection_not_refreshable"
        case connectionNotFound = "connection_not_found"
        case stopping = "stopping"
    }

    package var code: Code
    package var message: String
    /// When another try makes sense.
    package var retryAfter: Duration?

    package init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    package var description: String { message }
}
