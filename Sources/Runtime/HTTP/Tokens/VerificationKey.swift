import OpenSSL

/// A key with the one algorithm that it may verify (RFC 8725 § 3.1), so that no token chooses how it is checked.
package struct VerificationKey: Sendable {
    /// Nil where the key has no name: it then fits any token of its algorithm.
    package let id: String?
    private let material: Material

    private enum Material: Sendable {
        case secret(HMACSHA256)
        case publicKey(PublicKey)
    }

    /// The secret of HS256, used as its UTF-8 bytes stand.
    package init(sharedSecret: [UInt8], id: String? = nil) {
        self.id = id
        material = .secret(HMACSHA256(key: sharedSecret))
    }

    init(publicKey: PublicKey, id: String?) {
        self.id = id
        material = .publicKey(publicKey)
    }

    /// `HS256`, `RS256`, `ES256` or `EdDSA`.
    package var algorithm: String {
        switch material {
        case .secret: "HS256"
        case .publicKey(let key): key.algorithm.rawValue
        }
    }

    package func verifies(_ token: JSONWebSignature) -> Bool {
        guard token.algorithm == algorithm else { return false }
        return switch material {
        case .secret(let code): code.isValid(token.signature, for: token.signingInput)
        case .publicKey(let key): key.isValidSignature(token.signature, for: token.signingInput)
        }
    }
}
