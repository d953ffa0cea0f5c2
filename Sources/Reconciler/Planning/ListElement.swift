package import Values

/// One element of two compared lists.
package enum ListElement: Sendable, Equatable {
    case kept(JSON)
    case removed(JSON)
    case added(JSON)

    /// A shortest edit of `old` into `new`; removals stand before the additions that replace them.
    ///
    /// Lists beyond 2,000 elements in common parts are compared by their ends alone, which bounds time and memory.
    package static func difference(_ old: [JSON], _ new: [JSON]) -> [ListElement] {
        var head = 0
        while head < old.count, head < new.count, old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < old.count - head, tail < new.count - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] { tail += 1 }
        let before = Array(old[head..<old.count - tail])
        let after = Array(new[head..<new.count - tail])
        var elements = old[..<head].map(ListElement.kept)
        if before.count * after.count > 4_000_000 {
            elements += before.map(ListElement.removed) + after.map(ListElement.added)
        } else {
            elements += middle(before, after)
        }
        return elements + old[(old.count - tail)...].map(ListElement.kept)
    }

    /// By the table of longest common subsequences.
    private static func middle(_ old: [JSON], _ new: [JSON]) -> [ListElement] {
        let width = new.count + 1
        var lengths = [Int32](repeating: 0, count: (old.count + 1) * width)
        for i in stride(from: old.count - 1, through: 0, by: -1) {
            for j in stride(from: new.count - 1, through: 0, by: -1) {
                lengths[i * width + j] =
                    old[i] == new[j]
                    ? lengths[(i + 1) * width + j + 1] + 1
                    : max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
            }
        }
        var (i, j) = (0, 0)
        var elements: [ListElement] = []
        while i < old.count || j < new.count {
            if i < old.count, j < new.count, old[i] == new[j] {
                elements.append(.kept(old[i]))
                (i, j) = (i + 1, j + 1)
            } else if i < old.count, j == new.count || lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
                elements.append(.removed(old[i]))
                i += 1
            } else {
                elements.append(.added(new[j]))
                j += 1
            }
        }
        return elements
    }
}
