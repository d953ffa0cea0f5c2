/// The members of an object in the order in which JavaScript lists them.
///
/// Keys that are array indices come first, ascending; the others follow in the order of their first appearance
/// (ECMA-262 § 10.1.11.1, OrdinaryOwnPropertyKeys). A repeated key keeps its place and takes the last value.
/// Keys are told apart by their bytes, as JavaScript does: two that only look alike are two members. Equality ignores the order.
package struct JSONObject: Sendable, Hashable {
    private var entries: [Entry] = []
    /// Position by key, kept only for objects large enough that a scan would be slow.
    private var positions: [ExactText: Int]?
    private var hasIndices = false

    private struct Entry: Sendable {
        var key: String
        var value: JSON
        var index: UInt32?
    }

    package init() {}

    package init(_ members: some Sequence<(String, JSON)>) {
        for (key, value) in members { self[key] = value }
    }

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }

    /// All keys in JavaScript's order.
    package var keys: [String] { members.map(\.key) }

    /// All members in JavaScript's order.
    package var members: [(key: String, value: JSON)] {
        guard hasIndices else { return entries.map { ($0.key, $0.value) } }
        let indices = entries.filter { $0.index != nil }.sorted { ($0.index ?? 0) < ($1.index ?? 0) }
        return (indices + entries.filter { $0.index == nil }).map { ($0.key, $0.value) }
    }

    /// Setting nil removes the member.
    package subscript(key: String) -> JSON? {
        get { position(of: key).map { entries[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?):
                entries[position].value = value
            case (nil, let value?):
                append(key, value)
            case (let position?, nil):
                entries.remove(at: position)
                if positions != nil { indexPositions() }
            case (nil, nil):
                break
            }
        }
    }

    /// Adds a member whose key is not there yet, without looking for it.
    package mutating func append(new key: String, _ value: JSON) { append(key, value) }

    /// The value of a key, looked for first at a position among the members as they were added, which then is the next one.
    package func value(of key: String, after position: inout Int) -> JSON? {
        if position < entries.count, entries[position].key.isExactly(key) {
            position += 1
            return entries[position - 1].value
        }
        return self[key]
    }

    private mutating func append(_ key: String, _ value: JSON) {
        let index = Self.arrayIndex(key)
        if index != nil { hasIndices = true }
        entries.append(Entry(key: key, value: value, index: index))
        if positions != nil {
            positions?[ExactText(key)] = entries.count - 1
        } else if entries.count > 16 {
            indexPositions()
        }
    }

    private mutating func indexPositions() {
        var positions: [ExactText: Int] = Dictionary(minimumCapacity: entries.count)
        for (position, entry) in entries.enumerated() { positions[ExactText(entry.key)] = position }
        self.positions = positions
    }

    private func position(of key: String) -> Int? {
        if let positions { return positions[ExactText(key)] }
        return entries.firstIndex { $0.key.isExactly(key) }
    }

    /// The number where the key is the canonical form of an integer below 2^32 − 1.
    private static func arrayIndex(_ key: String) -> UInt32? {
        let digits = key.utf8
        guard let first = digits.first, digits.count <= 10,
            digits.allSatisfy(\.isASCIIDigit),
            first != UInt8(ascii: "0") || digits.count == 1,
            let value = UInt32(key), value < .max
        else { return nil }
        return value
    }

    package static func == (a: JSONObject, b: JSONObject) -> Bool {
        guard a.count == b.count else { return false }
        return a.entries.allSatisfy { b[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        for entry in entries.sorted(by: { $0.key.precedes($1.key) }) {
            entry.key.hashBytes(into: &hasher)
            hasher.combine(entry.value)
        }
    }
}
