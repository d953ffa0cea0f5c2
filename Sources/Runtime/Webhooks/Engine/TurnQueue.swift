/// A queue in which owners take turns, so that one with many elements holds up no other; O(1) a step.
struct TurnQueue<Owner: Hashable & Sendable, Element: Sendable>: Sendable {
    private var lines: [Owner: Line<Element>] = [:]
    private var turns = Line<Owner>()
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Elements of one owner.
    func count(of owner: Owner) -> Int { lines[owner]?.count ?? 0 }

    mutating func append(_ element: Element, of owner: Owner) {
        count += 1
        if lines[owner] == nil { turns.append(owner) }
        lines[owner, default: Line()].append(element)
    }

    /// Takes the oldest element of the owner whose turn it is.
    mutating func popFirst() -> Element? {
        while let owner = turns.popFirst() {
            let element = lines[owner]?.popFirst()
            if lines[owner]?.isEmpty == false { turns.append(owner) } else { lines[owner] = nil }
            // Nil where its elements were removed.
            guard let element else { continue }
            count -= 1
            return element
        }
        return nil
    }

    /// Takes the next ones, in turn.
    mutating func take(atMost limit: Int) -> [Element] {
        var taken: [Element] = []
        while taken.count < limit, let element = popFirst() { taken.append(element) }
        return taken
    }

    /// Takes one element out of its turn; looks at all of the owner's.
    mutating func removeFirst(of owner: Owner, where isWanted: (Element) -> Bool) -> Element? {
        guard let element = lines[owner]?.removeFirst(where: isWanted) else { return nil }
        count -= 1
        return element
    }
}
