import Foundation

/// Puts stable names in place of what differs from run to run: one name a distinct value, numbered as they come.
struct Blotter {
    private var known: [String: String] = [:]
    private var counts: [String: Int] = [:]
    private var fixed: [(value: String, name: String)] = []

    /// A value that is known beforehand, such as an address.
    mutating func name(_ value: String, _ name: String) { fixed.append((value, name)) }

    mutating func blot(_ text: String) -> String {
        var text = text
        for (value, name) in fixed { text = text.replacing(value, with: name) }
        text = text.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z/) { match in
            // What a script itself asks for lies beyond all that a clock says.
            match.output.0.hasPrefix("209") ? String(match.output.0) : "<time>"
        }
        text = replace(text, /eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/) { _ in "token" }
        text = replace(text, /whsec_[A-Za-z0-9+\/=]{16,}/) { _ in "secret" }
        text = replace(text, /\b[a-z]+_[0-9a-hjkmnp-tv-z]{26}\b/) { String($0.prefix { $0 != "_" }) }
        // Stable names that are made of an id, and the part of a cookie's name that is of its state.
        text = replace(text, /\b[a-z]+-[0-9a-hjkmnp-tv-z]{26}\b/) { String($0.prefix { $0 != "-" }) + "-name" }
        text = text.replacing(/-[0-9a-f]{16}=/, with: "-<state>=")
        text = replace(text, /\b[a-z][a-z0-9_]*_[0-9A-Za-z]{49}\b/) { _ in "api-key" }
        text = replace(text, /\b[a-z][a-z0-9_]*_[0-9A-Za-z]{4}…/) { _ in "hint" }
        text = replace(text, /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/) { _ in "uuid" }
        text = replace(text, /\b[0-9a-f]{64}\b/) { _ in "hex" }
        // Two attempts of one event have the same one only where they fall into the same second.
        text = text.replacing(/v1,[A-Za-z0-9+\/]{43}=/, with: "v1,<signature>")
        // Base64url may begin and end with what is no part of a word, so the whole run counts.
        text = replace(text, /[A-Za-z0-9_-]{43,}/) { $0.count == 43 ? "random" : nil }
        text = text.replacing(/"(durationMs|retryAfterSeconds)": [0-9]+/) { "\"\($0.output.1)\": 0" }
        text = text.replacing(/"lastUsedAt": "<time>"/, with: "\"lastUsedAt\": null")
        text = text.replacing(/;t=[0-9]+/, with: ";t=0")
        text = text.replacing(/(?m)^(retry-after|webhook-timestamp): [0-9]+$/) { "\($0.output.1): <number>" }
        return text
    }

    private mutating func replace(_ text: String, _ pattern: Regex<Substring>, _ kind: (Substring) -> String?) -> String {
        // The boundaries of words that Unicode defines lie not between `1,` and `8`.
        let pattern = pattern.wordBoundaryKind(.simple)
        var result = ""
        var rest = text[...]
        while let match = rest.firstMatch(of: pattern) {
            result += rest[..<match.range.lowerBound]
            result += kind(match.output).map { name(of: match.output, kind: $0) } ?? String(match.output)
            rest = rest[match.range.upperBound...]
        }
        return result + rest
    }

    private mutating func name(of value: Substring, kind: String) -> String {
        if let name = known[String(value)] { return name }
        counts[kind, default: 0] += 1
        let name = "<\(kind)-\(counts[kind] ?? 0)>"
        known[String(value)] = name
        return name
    }
}
