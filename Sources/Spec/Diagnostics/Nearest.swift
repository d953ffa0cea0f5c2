/// The name that a misspelt one was most likely meant to be.
package enum Nearest {
    /// How many names of one list in a request are worth a search; each costs a comparison with all that there are.
    package static let perList = 5

    /// The candidate with the least edits (Damerau-Levenshtein, letter case aside); nil where all need more than a third of the name.
    package static func match(for name: String, among candidates: some Sequence<String>) -> String? {
        let written = Array(name.lowercased().unicodeScalars.prefix(80))
        guard !written.isEmpty else { return nil }
        var best: (distance: Int, name: String)?
        for candidate in candidates where candidate != name {
            let wanted = Array(candidate.lowercased().unicodeScalars.prefix(80))
            let allowed = max(1, max(written.count, wanted.count) / 3)
            guard abs(written.count - wanted.count) <= allowed else { continue }
            let distance = distance(written, wanted)
            if distance <= allowed, distance < best?.distance ?? .max || (distance == best?.distance && candidate < best?.name ?? "") {
                best = (distance, candidate)
            }
        }
        return best?.name
    }

    /// "did you mean `X`?", or what to say where nothing is near.
    package static func remedy(for name: String, among candidates: some Sequence<String>, otherwise: String) -> String {
        match(for: name, among: candidates).map { "did you mean `\($0)`?" } ?? otherwise
    }

    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var before = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for row in 1...a.count {
            var current = [row] + [Int](repeating: 0, count: b.count)
            for column in stride(from: 1, through: b.count, by: 1) {
                let cost = a[row - 1] == b[column - 1] ? 0 : 1
                current[column] = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + cost)
                if row > 1, column > 1, a[row - 1] == b[column - 2], a[row - 2] == b[column - 1] {
                    current[column] = min(current[column], before[column - 2] + 1)
                }
            }
            (before, previous) = (previous, current)
        }
        return previous[b.count]
    }
}
