import Curl
import Testing
import Values

struct AddressPolicyTests {
    @Test(arguments: SpecialPurposeRegistry.ipv4 + SpecialPurposeRegistry.ipv6)
    func `every registered network is refused at both its ends`(entry: SpecialPurposeRegistry.Entry) {
        let policy = AddressPolicy()
        for address in [entry.network.base, entry.network.last] {
            #expect(policy.refusal(of: address) != nil, "\(address) of \(entry.network)")
            #expect(AddressPolicy(allowed: [entry.network]).refusal(of: address) == nil)
            if case .v4(let bits) = address {
                #expect(policy.refusal(of: .v6(0xFFFF << 32 | UInt128(bits))) != nil, "mapped \(address)")
                #expect(policy.refusal(of: .v6(0x0064_FF9B << 96 | UInt128(bits))) != nil, "NAT64 \(address)")
                #expect(policy.refusal(of: .v6(0x2002 << 112 | UInt128(bits) << 80 | 1)) != nil, "6to4 \(address)")
            }
        }
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888", "2a00::1",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2001:200::1", "3ffe::1",
    ])
    func `public neighbours are open`(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressPolicy().refusal(of: address) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", "loopback"), ("169.254.169.254", "cloud metadata"), ("[::1]", "loopback"), ("[::ffff:10.1.2.3]", "private network"),
        ("[64:ff9b::127.0.0.1]", "loopback behind NAT64"), ("[2002:7f00:1::]", "loopback behind 6to4"), ("[2001:0:1::1]", "Teredo"),
        ("[4000::1]", "outside of the global unicast space"),
    ])
    func `a refusal names the purpose`(host: String, purpose: String) throws {
        let refusal = try #require(AddressPolicy().refusal(ofHost: host))
        #expect("\(refusal)".contains("(\(purpose))"))
    }

    @Test(arguments: ["0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518", "0xa9.254.169.254"])
    func `a metadata address in an odd spelling is refused in an opened network too`(host: String) {
        let policy = AddressPolicy(allowed: ["0.0.0.0/0"].compactMap { CIDR($0) })
        #expect(policy.refusal(ofHost: host) == .oddSpelling(host))
    }

    @Test(arguments: [
        "0177.0.0.1", "0x7f.1", "2130706433", "127.1", "1.2.3", "0x7f000001", "127.0.0.1.", "1.2.3.256", "foo.0x1", "0x", "01.2.3.4",
    ])
    func `odd spellings of IPv4 are refused`(host: String) {
        #expect(AddressPolicy().refusal(ofHost: host) == .oddSpelling(host))
    }

    @Test(arguments: ["example.com", "1e100.net", "a.0xyz", "7.example", "localhost", "xn--bcher-kva.example"])
    func `names are left to the connection`(host: String) {
        #expect(AddressPolicy().refusal(ofHost: host) == nil)
    }

    @Test func `an opened network opens its mapped form and nothing else`() throws {
        let policy = AddressPolicy(allowed: [try #require(CIDR("10.0.0.0/8"))])
        #expect(policy.refusal(ofHost: "10.200.0.1") == nil)
        #expect(policy.refusal(ofHost: "[::ffff:10.200.0.1]") == nil)
        #expect(policy.refusal(ofHost: "11.0.0.1") == nil)
        #expect(policy.refusal(ofHost: "192.168.0.1") != nil)
        #expect(policy.refusal(ofHost: "[::1]") != nil)
    }

    @Test(arguments: [
        "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16", "[fd00:ec2::254]", "[fe80::a9fe:a9fe]",
        "[::ffff:169.254.169.254]", "[::169.254.169.254]", "[::ffff:0:169.254.169.254]", "[64:ff9b::169.254.169.254]",
        "[64:ff9b:1:a9fe:a9:fe00::]", "[64:ff9b:1:a9:fe:a9fe::]", "[64:ff9b:1:0:a9:fea9:fe00:0]", "[64:ff9b:1::100.100.100.200]",
        "[2002:a9fe:a9fe::1]", "[2001:0:1:2:3:4:5601:5601]", "[2606:4700::5efe:169.254.169.254]", "[fe80::200:5efe:100.100.100.200]",
        "metadata.google.internal", "Metadata.Google.Internal.", "metadata.goog", "METADATA", "instance-data", "instance-data.ec2.internal",
    ])
    func `metadata endpoints stay shut whatever is opened`(host: String) throws {
        let policy = AddressPolicy(allowed: ["0.0.0.0/0", "::/0", "169.254.169.254"].compactMap { CIDR($0) }, allowsPlainHTTP: true)
        let refusal = try #require(policy.refusal(ofHost: host))
        #expect("\(refusal)".contains("stays shut"))
    }

    @Test(arguments: ["10.0.0.1", "169.254.1.1", "169.254.169.253", "[fe80::1]", "[64:ff9b:1::1]", "[2002:a00:1::1]", "metadata.example"])
    func `what lies beside metadata endpoints is opened with its network`(host: String) {
        let policy = AddressPolicy(allowed: ["0.0.0.0/0", "::/0"].compactMap { CIDR($0) })
        #expect(policy.refusal(ofHost: host) == nil)
    }
}

extension CIDR {
    fileprivate var last: IPAddress {
        switch base {
        case .v4(let bits): .v4(prefixLength == 32 ? bits : bits | ~0 >> UInt32(prefixLength))
        case .v6(let bits): .v6(prefixLength == 128 ? bits : bits | ~0 >> UInt128(prefixLength))
        }
    }
}
