import COpenSSL

/// Whether the bytes are the same, in a time that depends on their count alone; different counts differ at once.
package func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return unsafe a.isEmpty || CRYPTO_memcmp(a, b, a.count) == 0
}
