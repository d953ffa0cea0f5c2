/// One thing that is wrong with a manifest, where it is and what to do.
///
/// Messages are lower case, without a full stop. Nothing in a diagnostic is a secret: values of secret fields are never quoted, and
/// the shown line has them blotted out.
package struct Diagnostic: Sendable, Hashable, Error {
    package enum Severity: String, Sendable { case error, warning }

    package var severity: Severity
    /// What is wrong.
    package var summary: String
    /// What to do about it.
    package var detail: String?
    /// Nil where the fault is in no text, such as a file that cannot be read.
    package var range: SourceRange?
    /// The first line of the range, as it may be shown.
    package var snippet: Snippet?
    /// How many faults it stands for: more than one only where it ends a list that is cut.
    package private(set) var count = 1

    package init(
        _ summary: String, detail: String? = nil, severity: Severity = .error, at range: SourceRange?, snippet: Snippet? = nil
    ) {
        self.severity = severity
        self.summary = summary
        self.detail = detail
        self.range = range
        self.snippet = snippet
    }

    /// Diagnostics of one run that are shown.
    package static let shown = 200

    /// The first ones of a list, and one that stands for all the others and for those that were `omitted` from it.
    package static func cut(_ list: [Diagnostic], omitted: Int = 0) -> [Diagnostic] {
        let rest = list.dropFirst(shown).reduce(omitted) { $0 + $1.count }
        guard rest > 0 else { return list }
        var last = Diagnostic("\(rest) more \(rest == 1 ? "error is" : "errors are") not shown", detail: "mend those above first", at: nil)
        last.count = rest
        return list.prefix(shown) + [last]
    }

    /// Summary and remedy in one line.
    package var message: String { detail.map { "\(summary); \($0)" } ?? summary }

    /// A line of the manifest, or of a long one the part around the range; control characters and secret values are replaced, one
    /// character for one.
    package struct Snippet: Sendable, Hashable {
        package var line: String
        /// Characters before the range.
        package var highlightStart: Int
        /// Characters of the range in this line, at least one.
        package var highlightCount: Int

        package init(line: String, highlightStart: Int, highlightCount: Int) {
            self.line = line
            self.highlightStart = highlightStart
            self.highlightCount = highlightCount
        }
    }
}

/// A stretch of a manifest's text.
package struct SourceRange: Sendable, Hashable {
    /// As the user named it, or found below a folder that the user named.
    package var file: String
    package var start: Position
    /// Behind the last character.
    package var end: Position

    package struct Position: Sendable, Hashable, Comparable {
        /// From 1.
        package var line: Int
        /// From 1, in Unicode code points.
        package var column: Int
        /// From 0, in bytes of UTF-8 from the start of the file.
        package var byte: Int

        package init(line: Int, column: Int, byte: Int) {
            self.line = line
            self.column = column
            self.byte = byte
        }

        package static func < (a: Position, b: Position) -> Bool { (a.line, a.column) < (b.line, b.column) }
    }

    package init(file: String, start: Position, end: Position) {
        self.file = file
        self.start = start
        self.end = end
    }

    /// Where it starts, as resources and plans keep it.
    package var location: SourceLocation { SourceLocation(file: file, line: start.line, column: start.column) }
}
