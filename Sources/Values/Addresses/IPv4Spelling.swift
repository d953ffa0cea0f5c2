/// Tells IPv4 addresses in the spellings that old resolvers take: octal, hexadecimal, one to three numbers.
///
/// `0177.0.0.1`, `0x7f.1` and `2130706433` all reach 127.0.0.1, and two readers of one URL may disagree about them.
package enum IPv4Spelling {
    /// Whether a URL parser would take the host for an IPv4 address although it is not four plain decimal numbers
    /// (WHATWG URL § 3.5, "ends in a number").
    package static func isOdd(_ host: some StringProtocol) -> Bool {
        guard IPAddress(host) == nil, !host.utf8.contains(UInt8(ascii: ":")) else { return false }
        var labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
        guard let last = labels.last, !last.isEmpty else { return false }
        if last.allSatisfy(\.isASCIIDigit) { return true }
        guard last.first == UInt8(ascii: "0"), last.dropFirst().first.map({ $0 | 0x20 }) == UInt8(ascii: "x") else { return false }
        return last.dropFirst(2).allSatisfy { $0.hexDigitValue != nil }
    }
}
