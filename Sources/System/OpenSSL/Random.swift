import COpenSSL

/// Bytes from the library's generator (NIST SP 800-90A, seeded by the kernel), fit for keys and nonces.
package func randomBytes(_ count: Int) -> [UInt8] {
    precondition(count >= 0 && count <= 1 << 20, "at most a mebibyte of random bytes at a time")
    guard count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    let done = unsafe RAND_bytes(&bytes, CInt(count))
    precondition(done == 1, "the random generator has no entropy")
    return bytes
}
