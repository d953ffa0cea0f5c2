/// A text in UTF-8 with its lines, to turn marks into bytes and places into lines to show.
///
/// Lines end where libyaml ends them: LF, CR LF, CR, NEL (U+0085), LS and PS (U+2028, U+2029).
package struct SourceText: Sendable, Hashable {
    package let bytes: [UInt8]
    /// The offset of each line's first byte.
    private let lineStarts: [Int]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        var position = 0
        while position < bytes.count {
            let length = Self.breakLength(bytes, position)
            position += max(length, 1)
            if length > 0 { starts.append(position) }
        }
        lineStarts = starts
    }

    /// Lines, counting the last one even when it is empty.
    package var lineCount: Int { lineStarts.count }

    /// The offset of the byte that a place (from 0) begins with; the end of the line where the column is beyond it.
    package func byteOffset(line: Int, column: Int) -> Int {
        guard line < lineStarts.count else { return bytes.count }
        let end = lineEnd(line)
        var position = lineStarts[line]
        var remaining = column
        while remaining > 0, position < end {
            position += 1
            while position < end, bytes[position] & 0xC0 == 0x80 { position += 1 }
            remaining -= 1
        }
        return position
    }

    package func byteOffset(of mark: Mark) -> Int { byteOffset(line: Int(mark.line), column: Int(mark.column)) }

    /// A line (from 0) without its break; empty beyond the last one.
    package func line(_ line: Int) -> String {
        guard line < lineStarts.count else { return "" }
        return String(decoding: bytes[lineStarts[line]..<lineEnd(line)], as: UTF8.self)
    }

    /// Characters in a line (from 0), as columns count them.
    package func columnCount(_ line: Int) -> Int {
        guard line < lineStarts.count else { return 0 }
        return bytes[lineStarts[line]..<lineEnd(line)].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }

    /// The place behind the last byte.
    package var markAtEnd: Mark {
        let line = lineStarts.count - 1
        return Mark(
            line: UInt32(line), column: UInt32(columnCount(line)),
            index: UInt32(bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }))
    }

    private func lineEnd(_ line: Int) -> Int {
        guard line + 1 < lineStarts.count else { return bytes.count }
        var end = lineStarts[line + 1] - 1
        while end > lineStarts[line], Self.breakLength(bytes, end) != lineStarts[line + 1] - end { end -= 1 }
        // CR LF: the LF alone is a break as well, so the CR before it has to go too.
        if end > lineStarts[line], bytes[end] == 0x0A, bytes[end - 1] == 0x0D { end -= 1 }
        return end
    }

    private static func breakLength(_ bytes: [UInt8], _ position: Int) -> Int {
        switch bytes[position] {
        case 0x0A: 1
        case 0x0D: position + 1 < bytes.count && bytes[position + 1] == 0x0A ? 2 : 1
        case 0xC2: position + 1 < bytes.count && bytes[position + 1] == 0x85 ? 2 : 0
        case 0xE2:
            position + 2 < bytes.count && bytes[position + 1] == 0x80 && (bytes[position + 2] == 0xA8 || bytes[position + 2] == 0xA9)
                ? 3 : 0
        default: 0
        }
    }
}
