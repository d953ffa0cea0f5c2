/// CRC-32/ISO-HDLC, the checksum of zlib and Ethernet: polynomial 0xEDB88320 reflected, first and last value inverted.
package enum CRC32 {
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var register: UInt32 = .max
        for byte in bytes {
            register = table[Int((register ^ UInt32(byte)) & 0xFF)] ^ (register >> 8)
        }
        return ~register
    }

    /// As above, of borrowed bytes.
    package static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        var register: UInt32 = .max
        for index in bytes.indices {
            register = table[Int((register ^ UInt32(bytes[index])) & 0xFF)] ^ (register >> 8)
        }
        return ~register
    }

    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
        return value
    }
}
