/// Tells IPv4 addresses in the spellings that old resolvers take: octal, hexadecimal, one to three numbers.
///
/// `0177.0.0.1`, `0x7f.1` and `2130706433` all reach 127.0.0.1, and two readers of one URL may disagree about them.
package enum IPv4Spelling {
    /// Whether a URL parser would take the host for an IPv4 address although it is not four plain decimal numbers
    /// (WHATWG URL § 3.5, "ends in a number").
    package static func isOdd(_ host: String) -> Bool {
        guard IPAddress(host) == nil, !host.contains(":") else { return false }
        var labels = host.split(separator: ".", omittingEmptySubsequences: false)
        if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
        guard let last = labels.last, !last.isEmpty else { return false }
        if last.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        guard last.hasPrefix("0x") || last.hasPrefix("0X") else { return false }
        return last.dropFirst(2).utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }
}
