/// Why a bearer token is not accepted. The message is for whoever sent it and holds nothing of the token.
package struct TokenError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable {
        /// Not a compact JWS with a JSON header and JSON claims, or beyond the size that is read.
        case malformed
        /// An algorithm that no configured key has; `none` is one of these.
        case algorithmNotAllowed
        /// A `crit` extension (RFC 7515 § 4.1.11): none is understood here.
        case criticalExtension
        /// No key for the token's `kid` and `alg`.
        case unknownKey
        case invalidSignature
        case expired
        case notYetValid
        /// `aud` or `iss` is not the configured one.
        case wrongAudience
        case wrongIssuer
        /// A claim that is needed is absent or has another type or value than it may.
        case invalidClaim
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
