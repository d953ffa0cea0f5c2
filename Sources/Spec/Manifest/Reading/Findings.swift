/// What was found wrong with one file, in the order found: the first ones, and how many there are beyond.
struct Findings {
    /// More than are shown, so that those shown are the first by place in almost every file.
    static let limit = 1000

    private(set) var kept: [Finding] = []
    private(set) var omitted = 0

    /// Whether further ones are only counted, so that their wording need not be worked out.
    var isFull: Bool { kept.count >= Self.limit }

    mutating func append(_ finding: Finding) {
        if isFull { omitted += 1 } else { kept.append(finding) }
    }

    /// Counts one that `isFull` leaves no room for.
    mutating func omit() { omitted += 1 }
}
