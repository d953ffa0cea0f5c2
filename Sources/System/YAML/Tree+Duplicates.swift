extension Tree {
    /// Every key that repeats an earlier one of its mapping, with that one, in text order.
    ///
    /// YAML 1.2.2 § 3.2.1.1: "mapping keys are unique"; libyaml leaves the check to its caller. Scalars are compared by content,
    /// so that `a` and `"a"` are the same key.
    package var duplicateKeys: [(first: Node, second: Node)] {
        var found: [(first: Node, second: Node)] = []
        var keys: [UInt32] = []
        for (index, record) in records.enumerated() where record.kind == .mapping {
            keys.removeAll(keepingCapacity: true)
            var child = UInt32(index + 1)
            while child < record.next {
                if records[Int(child)].kind != .alias { keys.append(child) }
                child = records[Int(records[Int(child)].next)].next
            }
            if keys.count <= 12 { compareEach(keys, &found) } else { compareHashed(keys, &found) }
        }
        return found
    }

    private func compareEach(_ keys: [UInt32], _ found: inout [(first: Node, second: Node)]) {
        for second in keys.indices.dropFirst() {
            for first in 0..<second where isSame(keys[first], keys[second]) {
                found.append((Node(tree: self, index: keys[first]), Node(tree: self, index: keys[second])))
                break
            }
        }
    }

    private func compareHashed(_ keys: [UInt32], _ found: inout [(first: Node, second: Node)]) {
        var seen: [ArraySlice<UInt8>: UInt32] = Dictionary(minimumCapacity: keys.count)
        for key in keys where records[Int(key)].kind == .scalar {
            let node = Node(tree: self, index: key)
            if let first = seen[node.utf8] {
                found.append((Node(tree: self, index: first), node))
            } else {
                seen[node.utf8] = key
            }
        }
    }

    private func isSame(_ a: UInt32, _ b: UInt32) -> Bool {
        let (first, second) = (records[Int(a)], records[Int(b)])
        guard first.kind == .scalar, second.kind == .scalar, first.count == second.count else { return false }
        for position in 0..<Int(first.count)
        where arena[Int(first.offset) + position] != arena[Int(second.offset) + position] { return false }
        return true
    }
}
