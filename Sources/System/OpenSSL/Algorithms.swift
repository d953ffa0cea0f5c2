import COpenSSL

/// The algorithms, fetched once: an implicit fetch at every call doubles the cost of a short hash.
///
/// Concurrency: "Algorithm objects … are reference counted and may be shared between threads" (OpenSSL, crypto(7),
/// provider-fetched methods are immutable after the fetch), so one instance serves every thread.
@safe final class Algorithms: @unchecked Sendable {
    static let shared = Algorithms()

    let sha256: OpaquePointer
    let aes256GCM: OpaquePointer
    let hmac: OpaquePointer
    let hkdf: OpaquePointer

    private init() {
        guard let sha256 = unsafe EVP_MD_fetch(nil, "SHA2-256", nil),
            let aes256GCM = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil),
            let hmac = unsafe EVP_MAC_fetch(nil, "HMAC", nil),
            let hkdf = unsafe EVP_KDF_fetch(nil, "HKDF", nil)
        else { preconditionFailure("this libcrypto lacks SHA2-256, AES-256-GCM, HMAC or HKDF") }
        unsafe self.sha256 = sha256
        unsafe self.aes256GCM = aes256GCM
        unsafe self.hmac = hmac
        unsafe self.hkdf = hkdf
    }
}
