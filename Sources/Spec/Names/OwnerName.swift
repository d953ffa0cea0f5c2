import Values

/// Which repository of manifests resources belong to: a team, or a path such as `acme/platform`.
package enum OwnerName {
    package static let pattern = "^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$"

    /// What is wrong with the name, with the remedy; nil for one that is fine.
    package static func problem(_ name: String) -> String? {
        guard let first = name.utf8.first, name.utf8.count <= 100, first.isASCIIAlphanumeric,
            name.utf8.allSatisfy({
                $0.isASCIIAlphanumeric || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "/")
                    || $0 == UInt8(ascii: "-")
            })
        else { return "the owner \(quoted(name)) must be letters, digits, `.`, `_`, `/` and `-`, at most 100, as in `platform-team`" }
        return nil
    }
}
