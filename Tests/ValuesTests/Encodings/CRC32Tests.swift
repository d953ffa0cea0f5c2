import Testing
import Values

struct CRC32Tests {
    @Test func `CRC-32 is zlib's`() {
        #expect(CRC32.checksum("123456789".utf8) == 0xCBF4_3926)
        #expect(CRC32.checksum([UInt8]()) == 0)
    }
}
