import Testing
import Values

struct CIDRTests {
    @Test(arguments: [
        ("203.0.113.0/24", "203.0.113.9", true), ("203.0.113.0/24", "203.0.114.9", false), ("0.0.0.0/0", "1.2.3.4", true),
        ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.4", false), ("2001:db8::/32", "2001:db8:1::5", true),
        ("2001:db8::/32", "2001:db9::", false), ("10.0.0.0/8", "::ffff:10.9.9.9", true), ("::/0", "1.2.3.4", false),
        ("::/0", "::ffff:1.2.3.4", true), ("0.0.0.0/0", "::1", false), ("::ffff:10.0.0.0/104", "::ffff:10.1.1.1", true),
        ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.0/25", "192.0.2.127", true), ("0.0.0.0/0", "255.255.255.255", true),
        ("1:2:3:4:5:6:1.2.3.4/128", "1:2:3:4:5:6:102:304", true), ("2001:DB8::/32", "2001:db8::1", true),
    ])
    func `a network has its addresses in it`(network: String, address: String, isWithin: Bool) throws {
        let range = try #require(CIDR(network))
        #expect(range.contains(try #require(IPAddress(address))) == isWithin)
    }

    @Test(arguments: [
        "", "x", "/8", "example.com/8", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "010.0.0.0/8", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/+8",
        "10.0.0.0/ 8", "::/129", "1::2::3/4", "2001:db8::1/32", "::1%eth0", "203.0.113.0/024", "10.0.0.0/08", "2001:db8::/032",
        "0.0.0.0/00",
        "10.0.0.0/\u{668}",
    ])
    func `what is no network has a remedy`(text: String) {
        #expect(CIDR.problem(text)?.hasPrefix("`\(text)` ") == true)
        #expect(CIDR(text) == nil)
    }

    @Test(arguments: [
        ("2001:DB8:0::/32", "2001:db8::/32"), ("192.0.2.7", "192.0.2.7/32"), ("::1", "::1/128"), ("0.0.0.0/0", "0.0.0.0/0"),
    ])
    func `a network is written in its canonical text`(text: String, canonical: String) {
        #expect(CIDR(text)?.description == canonical)
    }
}
