/// Who goes next: whoever has the fewest under way, of equals whoever has waited longest; O(1) a step.
///
/// One line for each count. An offer is never changed: who has another count by now is offered again under that one, and
/// whoever takes the old offer finds that it no longer holds. Nobody stands twice in one line.
struct FairTurns: Sendable {
    private var lines: [Line<Int>]
    private var occupied = Bits()
    /// By participant: the lines that it stands in.
    private var standing: [Bits] = []

    /// - Parameter most: the highest count; what is above counts as that.
    init(most: Int) {
        lines = Array(repeating: Line(), count: max(1, most + 1))
    }

    mutating func offer(_ who: Int, count: Int) {
        while standing.count <= who { standing.append(Bits()) }
        let place = min(max(0, count), lines.count - 1)
        guard standing[who].insert(place) else { return }
        lines[place].append(who)
        _ = occupied.insert(place)
    }

    /// The offer whose turn it is; the caller checks that it holds, and drops it when it is taken or does not.
    var first: (who: Int, count: Int)? {
        guard let place = occupied.first, let who = lines[place].first else { return nil }
        return (who, place)
    }

    mutating func dropFirst() {
        guard let place = occupied.first, let who = lines[place].popFirst() else { return }
        standing[who].remove(place)
        if lines[place].isEmpty { occupied.remove(place) }
    }

    /// A set of small numbers, whose least is found in a few steps.
    private struct Bits: Sendable {
        private var words: [UInt64] = []

        var first: Int? {
            for (position, word) in words.enumerated() where word != 0 { return position * 64 + word.trailingZeroBitCount }
            return nil
        }

        /// False where it was in.
        mutating func insert(_ number: Int) -> Bool {
            let (position, bit) = (number / 64, UInt64(1) << UInt64(number % 64))
            while words.count <= position { words.append(0) }
            guard words[position] & bit == 0 else { return false }
            words[position] |= bit
            return true
        }

        mutating func remove(_ number: Int) {
            guard number / 64 < words.count else { return }
            words[number / 64] &= ~(UInt64(1) << UInt64(number % 64))
        }
    }
}
