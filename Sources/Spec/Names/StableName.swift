import Values

/// The name by which a resource or workspace is known for good: `[a-z0-9]` and inner hyphens, at most 63 (a DNS label, RFC 1123 § 2.1).
package enum StableName {
    package static let pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"

    /// What is wrong with the name, with the remedy; nil for one that is fine.
    package static func problem(_ name: String) -> String? {
        let bytes = name.utf8
        guard !bytes.isEmpty else { return "a name must not be empty" }
        guard bytes.count <= 63 else { return "the name \(quoted(name)) is longer than 63 characters" }
        var isLegal = bytes.first != UInt8(ascii: "-") && bytes.last != UInt8(ascii: "-")
        for byte in bytes {
            if !byte.isASCIILowercase, !byte.isASCIIDigit, byte != UInt8(ascii: "-") { isLegal = false }
        }
        guard !isLegal else { return nil }
        let proposal = proposal(for: name)
        return "the name \(quoted(name)) must be lower-case letters, digits and inner hyphens"
            + (proposal.isEmpty ? "" : ": for example `\(proposal)`")
    }

    /// The nearest legal name.
    package static func proposal(for name: String) -> String {
        var proposal = ""
        for scalar in name.lowercased().unicodeScalars {
            if scalar.isASCII, scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal {
                proposal.unicodeScalars.append(scalar)
            } else if !proposal.isEmpty, proposal.last != "-" {
                proposal += "-"
            }
        }
        proposal = String(proposal.prefix(63))
        while proposal.last == "-" { proposal.removeLast() }
        return proposal
    }
}
