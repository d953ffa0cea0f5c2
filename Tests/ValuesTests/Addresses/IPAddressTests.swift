import Testing
import Values

struct IPAddressTests {
    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("fe80::", "fe80::"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"), ("1::8", "1::8"),
        ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::ffff:0102:0304", "::ffff:1.2.3.4"), ("0000:0000:0000:0000:0000:ffff:255.255.255.255", "::ffff:255.255.255.255"),
    ])
    func `an address is read, and written in its canonical text`(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(arguments: [
        "", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "fe80::1%eth0", "::1.2.3", "1.2.3.4::",
        "1:2:3:4:5:6:7:",
        "::g", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7::8:9", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "::01.2.3.4", "[::1]", "::1 ", "::\u{ff11}",
        "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.00", "1..2.3", "1.2.3.", ".1.2.3", "1.2.3.4 ", "+1.2.3.4", "0x7f.0.0.1",
        "2130706433", "1.2.3.\u{664}", "99999999999999999999.1.1.1",
    ])
    func `what is no address is nil`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.255.255", true), ("128.0.0.1", false), ("::1", true), ("::ffff:127.3.2.1", true), ("::2", false),
        ("::ffff:128.0.0.1", false),
    ])
    func `loopback is 127.0.0.0/8 and ::1, mapped or not`(text: String, isLoopback: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == isLoopback)
    }

    @Test(arguments: [
        "0177.0.0.1", "0x7f.1", "2130706433", "127.1", "1.2.3", "0x7f000001", "127.0.0.1.", "1.2.3.256", "foo.0x1", "0x", "01.2.3.4",
        "0X7F.1",
    ])
    func `odd spellings of IPv4 are told`(host: String) {
        #expect(IPv4Spelling.isOdd(host))
    }

    @Test(arguments: ["example.com", "1e100.net", "a.0xyz", "7.example", "localhost", "127.0.0.1", "::1", "", "."])
    func `names and plain addresses are no odd spellings`(host: String) {
        #expect(!IPv4Spelling.isOdd(host))
    }
}
