import Values

extension Diagnostic {
    /// `FILE:LINE:COLUMN: error: MESSAGE`, the line, and carets under the range; no line break at the end.
    package var text: String {
        guard let range else { return "\(severity.rawValue): \(message)" }
        let heading = "\(shown(range.file)):\(range.start.line):\(range.start.column): \(severity.rawValue): \(message)"
        guard let snippet else { return heading }
        let characters = Array(snippet.line.unicodeScalars)
        let before = characters.prefix(snippet.highlightStart)
        let within = characters.dropFirst(snippet.highlightStart).prefix(snippet.highlightCount)
        var padding = ""
        for scalar in before {
            // A tab stays a tab, so that the terminal moves both lines to the same stop.
            padding += scalar == "\t" ? "\t" : String(repeating: " ", count: scalar.columnsOnTerminal)
        }
        let carets = within.reduce(0) { $0 + ($1 == "\t" ? 1 : $1.columnsOnTerminal) }
        return "\(heading)\n\(snippet.line)\n\(padding)\(String(repeating: "^", count: max(1, carets)))"
    }

    /// A file's name without what would steer the terminal.
    private func shown(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.map { $0.isPrintable ? $0 : "\u{FFFD}" }))
    }

    /// All of them in the order of `sorted`, one after the other.
    package static func text(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map { $0.text + "\n" }.joined()
    }

    /// By file in the order of reading, then by place; those without a place first.
    package static func sorted(_ diagnostics: [Diagnostic], files: [String]) -> [Diagnostic] {
        let order = Dictionary(files.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return diagnostics.enumerated().sorted { a, b in
            guard let left = a.element.range else { return b.element.range != nil || a.offset < b.offset }
            guard let right = b.element.range else { return false }
            let (leftFile, rightFile) = (order[left.file] ?? .max, order[right.file] ?? .max)
            return (leftFile, left.start.line, left.start.column, a.offset) < (rightFile, right.start.line, right.start.column, b.offset)
        }.map(\.element)
    }
}

extension Unicode.Scalar {
    /// Cells that a terminal gives the character: none for combining marks, two for wide East Asian ones and emoji (UAX #11).
    var columnsOnTerminal: Int {
        if isASCII { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return properties.isEmojiPresentation ? 2 : 1
        }
    }
}
