/// The lines that wait to be written, and how many were lost; pure.
///
/// Bounded in lines and in bytes: what does not fit is dropped and counted. The count goes with the next lines that are
/// taken, and comes back where these could not be written either.
struct LogBacklog {
    private var lines: [[UInt8]] = []
    private var bytes = 0
    /// Lines that nobody will see, and nobody has been told of.
    private(set) var dropped = 0

    static let maximumLines = 8192
    static let maximumBytes = 4 << 20

    struct Batch {
        var lines: [[UInt8]]
        var dropped: Int
    }

    var isEmpty: Bool { lines.isEmpty }

    mutating func append(_ line: [UInt8]) {
        guard lines.count < Self.maximumLines, bytes + line.count <= Self.maximumBytes else {
            dropped += 1
            return
        }
        lines.append(line)
        bytes += line.count
    }

    /// All that waits; nil where there is nothing to write or to tell.
    mutating func take() -> Batch? {
        guard !lines.isEmpty || dropped > 0 else { return nil }
        defer { (lines, bytes, dropped) = ([], 0, 0) }
        return Batch(lines: lines, dropped: dropped)
    }

    mutating func giveBack(dropped count: Int) { dropped += count }
}
