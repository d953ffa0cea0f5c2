package import Values

/// Dotted paths of fields, such as `retryConfig.maxRetries`, by which plans, secrets and diagnostics name them.
package enum FieldPath {
    /// The keys that a path leads along. What follows `headers` is one key, for names of headers may hold full stops.
    package static func keys(_ path: String) -> [String] {
        var keys: [String] = []
        var rest = path[...]
        while keys.last != "headers", let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) {
            keys.append(String(rest[..<dot]))
            rest = rest[rest.utf8.index(after: dot)...]
        }
        return keys + [String(rest)]
    }
}

extension JSON {
    /// The value with the field at a dotted path set, or removed where `value` is nil.
    package func setting(_ path: String, to value: JSON?) -> JSON { setting(FieldPath.keys(path), to: value) }

    /// Whether there is a field at a dotted path.
    package func hasMember(_ path: String) -> Bool { hasMember(FieldPath.keys(path)) }
}
