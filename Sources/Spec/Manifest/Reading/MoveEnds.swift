/// Where chains of moves end; every step is walked once, however many chains share it.
struct MoveEnds {
    private let next: [Address: Address]
    /// What is known so far; nil for what leads in a circle.
    private var known: [Address: Address?] = [:]

    init(_ next: [Address: Address]) { self.next = next }

    /// The address at which the chain from `start` ends; nil where it leads in a circle.
    mutating func end(from start: Address) -> Address? {
        var path: [Address] = []
        var seen: Set<Address> = []
        var position = start
        var isCircle = false
        while known[position] == nil, let following = next[position] {
            guard seen.insert(position).inserted else {
                isCircle = true
                break
            }
            path.append(position)
            position = following
        }
        let end: Address? = isCircle ? nil : known[position] ?? position
        for step in path { known[step] = .some(end) }
        return end
    }
}
