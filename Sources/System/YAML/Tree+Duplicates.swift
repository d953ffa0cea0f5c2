extension Tree {
    /// Every key that repeats an earlier one of its mapping, with that one, in text order.
    ///
    /// YAML 1.2.2 § 3.2.1.1: "mapping keys are unique"; libyaml leaves the check to its caller. Scalars are compared by content,
    /// so that `a` and `"a"` are the same key.
    package var duplicateKeys: [(first: Node, second: Node)] {
        var found: [(first: Node, second: Node)] = []
        var keys: [Key] = []
        for (index, record) in records.enumerated() where record.kind == .mapping {
            keys.removeAll(keepingCapacity: true)
            var child = UInt32(index + 1)
            while child < record.next {
                let key = records[Int(child)]
                if key.kind == .scalar { keys.append(Key(record: child, offset: Int(key.offset), count: Int(key.count))) }
                child = records[Int(key.next)].next
            }
            if keys.count <= 12 { compareEach(keys, &found) } else { compareHashed(keys, &found) }
        }
        return found
    }

    private struct Key {
        var record: UInt32
        var offset: Int
        var count: Int
    }

    private func compareEach(_ keys: [Key], _ found: inout [(first: Node, second: Node)]) {
        for second in keys.indices.dropFirst() {
            for first in 0..<second where keys[first].count == keys[second].count && isSame(keys[first], keys[second]) {
                found.append((Node(tree: self, index: keys[first].record), Node(tree: self, index: keys[second].record)))
                break
            }
        }
    }

    private func compareHashed(_ keys: [Key], _ found: inout [(first: Node, second: Node)]) {
        var seen: [ArraySlice<UInt8>: UInt32] = Dictionary(minimumCapacity: keys.count)
        for key in keys {
            let bytes = arena[key.offset..<key.offset + key.count]
            if let first = seen[bytes] {
                found.append((Node(tree: self, index: first), Node(tree: self, index: key.record)))
            } else {
                seen[bytes] = key.record
            }
        }
    }

    private func isSame(_ first: Key, _ second: Key) -> Bool {
        for position in 0..<first.count where arena[first.offset + position] != arena[second.offset + position] { return false }
        return true
    }
}
