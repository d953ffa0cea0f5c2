import OpenSSL
package import Values

extension SigningSecret {
    /// A new secret of 32 random bytes, for apply and for the API alike.
    package static func generate() -> Secret { secret(key: randomBytes(32)) }
}
