import OpenSSL
import Spec
package import Values

/// A verifier and its challenge (RFC 7636), made anew for every transaction.
package struct PKCE: Sendable {
    /// 43 characters of base64url: 256 random bits (§ 4.1, § 7.1).
    package let verifier: Secret

    /// - Parameter random: 32 bytes from the system's generator.
    package init(random: [UInt8] = randomBytes(32)) {
        precondition(random.count == 32, "a verifier is made of 256 bits")
        verifier = Secret(Base64URL.encode(random))
    }

    /// One that was kept.
    package init(verifier: Secret) {
        self.verifier = verifier
    }

    /// `S256`, the only method we use (§ 4.2; RFC 9700 § 2.1.1).
    package var challenge: String {
        Base64URL.encode(SHA256.hash(Array(verifier.reveal().utf8)))
    }
}
