/// The 256 bits of a SHA-256 hash, comparable and hashable in place.
///
/// Equality is not constant in time: it is for looking up hashes of secrets of full entropy, where the time says
/// nothing about the secret itself.
package struct SHA256Digest: Sendable, Hashable {
    private var a: UInt64 = 0
    private var b: UInt64 = 0
    private var c: UInt64 = 0
    private var d: UInt64 = 0

    init() {}

    /// Takes over a stored hash; nil unless it has 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        func word(_ start: Int) -> UInt64 {
            UInt64(bigEndian: bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) })
        }
        (a, b, c, d) = (word(0), word(8), word(16), word(24))
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for word in [a, b, c, d] {
            let big = word.bigEndian
            for shift in stride(from: UInt64(56), through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: big >> shift)) }
        }
        return bytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(a)
    }
}
