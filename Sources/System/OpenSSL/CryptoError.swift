/// Why a key was not accepted or a text could not be opened. Carries no key, no plaintext and no ciphertext.
///
/// What can only fail for want of memory or by a bug (hashing, random bytes) traps instead.
package struct CryptoError: Error, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// A key of the wrong length, or numbers that are no point, modulus or exponent.
        case invalidKey
        /// The text is not what was sealed under this key with these associated bytes, or it is too short to be.
        case authenticationFailed
        /// The library refused an operation that should have worked.
        case libraryFailure
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
