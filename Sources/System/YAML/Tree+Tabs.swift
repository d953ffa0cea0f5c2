extension Tree {
    /// The tabs that stand between tokens, one for each run of white space; YAML takes them there, and a manifest does not.
    ///
    /// Those within scalars and comments are text, and those behind the last token of a line separate nothing.
    ///
    /// - Parameter text: what the tree was parsed from.
    package func separatingTabs(in text: [UInt8]) -> [Mark] {
        guard text.contains(UInt8(ascii: "\t")) else { return [] }
        let source = SourceText(text)
        var found: [Mark] = []
        var scalars = records.lazy.filter { $0.kind == .scalar && $0.end > $0.start }.makeIterator()
        var scalar = scalars.next()
        // What lies before is known to hold no comment.
        var checked = 0
        var position = 0
        while let tab = text[position...].firstIndex(of: UInt8(ascii: "\t")) {
            let index = source.characters(before: tab)
            while let before = scalar, Int(before.end.index) <= index {
                checked = max(checked, source.byteOffset(of: before.end))
                scalar = scalars.next()
            }
            if let around = scalar, Int(around.start.index) <= index {
                position = source.byteOffset(of: around.end)
                continue
            }
            let line = source.line(containing: tab)
            let range = source.byteRange(ofLine: line)
            let start = max(range.lowerBound, min(checked, tab))
            if Self.hasComment(text, start..<tab, isAtLineStart: start == range.lowerBound) {
                position = range.upperBound
                continue
            }
            let rest = text[tab..<range.upperBound].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if let next = rest.first, next != UInt8(ascii: "#") {
                let column = index - source.characters(before: range.lowerBound)
                found.append(Mark(line: UInt32(line), column: UInt32(column), index: UInt32(index)))
            }
            position = max(rest.startIndex, tab + 1)
            checked = position
        }
        return found
    }

    /// § 6.6: a comment begins with `#` at the start of a line or behind white space.
    private static func hasComment(_ text: [UInt8], _ range: Range<Int>, isAtLineStart: Bool) -> Bool {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        return range.contains { position in
            guard text[position] == UInt8(ascii: "#") else { return false }
            return position == range.lowerBound && isAtLineStart || position > 0 && isSpace(text[position - 1])
        }
    }
}

extension SourceText {
    /// The line (from 0) that a byte stands in.
    fileprivate func line(containing byte: Int) -> Int {
        var (low, high) = (0, lineCount - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if byteRange(ofLine: middle).lowerBound <= byte { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
