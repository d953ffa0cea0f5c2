import Values

/// The grammar of our own scopes: segments joined by colons, as in `posts:read`.
package enum ScopeRules {
    package static let pattern = "^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)*$"
    package static let nameLimit = 100

    /// What is wrong with the name of a scope, with the remedy; nil for one that is fine.
    package static func problem(_ name: String) -> String? {
        guard !name.isEmpty else { return "a scope must not be empty" }
        guard name.utf8.count <= nameLimit else { return "the scope \(quoted(name)) is longer than \(nameLimit) characters" }
        if name.utf8.contains(UInt8(ascii: "*")) {
            return "the scope \(quoted(name)) must be named in full: `*` is for the policies that use it"
        }
        let segments = name.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard segments.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isSegmentCharacter) }) else {
            return "the scope \(quoted(name)) must be letters, digits, `_`, `.` and `-` in segments joined by `:`, as in `posts:read`"
        }
        return nil
    }

    /// What is wrong with a scope or wildcard (`posts:*`, `*`) of a policy or key.
    package static func patternProblem(_ pattern: String) -> String? {
        if pattern == "*" { return nil }
        guard let stem = ScopePattern.stem(of: pattern) else { return problem(pattern) }
        return problem(String(Substring(stem.dropLast()))).map { _ in
            "the wildcard \(quoted(pattern)) must be a scope's first segments and `:*`, as in `posts:*`"
        }
    }

    private static func isSegmentCharacter(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}
