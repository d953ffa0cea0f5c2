/// What a written scope covers: itself, and with a last segment `*` everything below its stem.
package enum ScopePattern {
    /// Whether the pattern covers a scope: `posts:*` covers `posts:read` and `posts:drafts:read`, not `posts` or `posts:`.
    ///
    /// `*` alone covers every scope. A pattern covers another pattern if it covers all that the other does.
    package static func covers(_ pattern: String, _ scope: String) -> Bool {
        if pattern.isExactly(scope) || pattern == "*" { return true }
        guard let stem = stem(of: pattern) else { return false }
        return scope.utf8.count > stem.count && scope.utf8.starts(with: stem)
    }

    /// What the scopes below a wildcard begin with, its colon included: `posts:` for `posts:*`; nil for a scope, and for `*`.
    package static func stem(of pattern: String) -> Substring.UTF8View? {
        let pattern = pattern.utf8
        guard pattern.count > 2, pattern.suffix(2).elementsEqual(":*".utf8) else { return nil }
        return pattern.dropLast()
    }

    /// Whether any of the patterns covers the scope.
    package static func covers(_ patterns: some Sequence<String>, _ scope: String) -> Bool {
        patterns.contains { covers($0, scope) }
    }

    /// The declared scopes that some pattern of every list covers, in the order of the declaration.
    package static func expand(_ declared: some Sequence<String>, within lists: [[String]]) -> [String] {
        declared.filter { scope in lists.allSatisfy { covers($0, scope) } }
    }
}
