package import Values

/// Decides whether a bearer JWT is to be believed, and whose it is (RFC 7519, RFC 8725).
///
/// A value: a new key set is a new verifier.
package struct TokenVerifier: Sendable {
    private let keys: [VerificationKey]
    private let audience: String?
    private let issuer: String?

    /// How far the issuer's clock may be ahead, for `nbf` and `iat`. `exp` gets none: an expired token is expired.
    package static let leeway = Duration.seconds(60)

    /// - Parameters:
    ///   - audience: one that `aud` must name; nil checks nothing.
    ///   - issuer: what `iss` must be; nil checks nothing.
    package init(keys: [VerificationKey], audience: String? = nil, issuer: String? = nil) {
        self.keys = keys
        self.audience = audience
        self.issuer = issuer
    }

    /// HS256 under a secret that both sides know.
    package init(sharedSecret: Secret, audience: String? = nil, issuer: String? = nil) {
        self.init(keys: [VerificationKey(sharedSecret: Array(sharedSecret.reveal().utf8))], audience: audience, issuer: issuer)
    }

    /// Why a shared secret is weaker than RFC 7518 § 3.2 demands; nil where it is not. A reason to warn, not to refuse to start.
    package static func weakness(of secret: Secret) -> String? {
        secret.reveal().utf8.count >= 32
            ? nil : "is shorter than 32 bytes, which HS256 asks for (RFC 7518 § 3.2): make one with `openssl rand -base64 32`"
    }

    /// Who the token speaks for, at that moment.
    package func principal(of token: String, at now: Timestamp) throws(TokenError) -> Principal {
        try TokenClaims(verify(JSONWebSignature(compact: token)), at: now, audience: audience, issuer: issuer).principal
    }

    /// The payload of a token whose signature one of the keys made.
    ///
    /// A token with `kid` is checked with the keys of that name and with nameless ones; one without, with every key
    /// of its algorithm. The algorithm must be that of the key, so a secret never checks RS256 nor a public key HS256.
    package func verify(_ token: JSONWebSignature) throws(TokenError) -> [UInt8] {
        let fitting = keys.filter { $0.algorithm == token.algorithm }
        guard !fitting.isEmpty else {
            throw TokenError(.algorithmNotAllowed, "the token's algorithm is not one that is accepted here")
        }
        let candidates = fitting.filter { token.keyID == nil || $0.id == nil || $0.id == token.keyID }
        guard !candidates.isEmpty else { throw TokenError(.unknownKey, "the token names a key that is not known here") }
        guard candidates.contains(where: { $0.verifies(token) }) else {
            throw TokenError(.invalidSignature, "the token's signature does not verify")
        }
        return token.payload
    }
}
