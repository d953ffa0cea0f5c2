/// A queue: in at the end, out at the front.
struct Line<Element: Sendable>: Sendable {
    private var items: [Element] = []
    private var head = 0

    var count: Int { items.count - head }
    var isEmpty: Bool { head == items.count }
    var first: Element? { head < items.count ? items[head] : nil }

    mutating func append(_ item: Element) { items.append(item) }

    mutating func popFirst() -> Element? {
        guard head < items.count else { return nil }
        let item = items[head]
        head += 1
        // Amortised: what was taken is let go once it is half of the storage.
        if head > 64, head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
        return item
    }

    /// Takes one out, wherever it stands.
    mutating func removeFirst(where isWanted: (Element) -> Bool) -> Element? {
        items[head...].firstIndex(where: isWanted).map { items.remove(at: $0) }
    }

    /// Takes everything.
    mutating func drain() -> [Element] {
        defer { (items, head) = ([], 0) }
        return Array(items[head...])
    }
}
