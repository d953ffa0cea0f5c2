/// A place in a stream as libyaml counts it: from 0, columns and indices in code points, never in bytes.
package struct Mark: Sendable, Hashable, Comparable {
    package var line: UInt32
    package var column: UInt32
    /// Code points before the place.
    package var index: UInt32

    package init(line: UInt32, column: UInt32, index: UInt32) {
        self.line = line
        self.column = column
        self.index = index
    }

    package static let start = Mark(line: 0, column: 0, index: 0)

    package static func < (a: Mark, b: Mark) -> Bool { a.index < b.index }
}
