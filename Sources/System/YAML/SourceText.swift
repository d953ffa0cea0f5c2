/// A text in UTF-8 with its lines, to turn marks into bytes and places into lines to show.
///
/// Lines end where libyaml ends them: LF, CR LF, CR, NEL (U+0085), LS and PS (U+2028, U+2029).
package struct SourceText: Sendable, Hashable {
    package let bytes: [UInt8]
    /// The offset of each line's first byte.
    private let lineStarts: [Int]
    /// The offset of every `stride`-th character, so that no look-up walks far, however long a line is.
    private let characterStarts: [Int]
    /// Characters of the whole text.
    private let characterCount: Int

    private static let stride = 512

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
        var characters = 0
        var characterStarts: [Int] = []
        for position in bytes.indices where bytes[position] & 0xC0 != 0x80 {
            if characters % Self.stride == 0 { characterStarts.append(position) }
            characters += 1
        }
        self.characterStarts = characterStarts
        characterCount = characters
    }

    /// The offset of a character's first byte; the end of the text beyond the last one.
    package func byteOffset(character: Int) -> Int {
        guard character < characterCount else { return bytes.count }
        var position = characterStarts[character / Self.stride]
        for _ in 0..<character % Self.stride {
            position += 1
            while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
        }
        return position
    }

    /// How many characters begin before a byte.
    package func characters(before byte: Int) -> Int {
        var (low, high) = (0, characterStarts.count)
        while low < high {
            let middle = (low + high) / 2
            if characterStarts[middle] < byte { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return 0 }
        let start = characterStarts[low - 1]
        return bytes[start..<min(byte, bytes.count)].reduce((low - 1) * Self.stride) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
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

    package func byteOffset(of mark: Mark) -> Int { byteOffset(character: Int(mark.index)) }

    /// The bytes of a line (from 0) without its break; none, at the end, beyond the last one.
    package func byteRange(ofLine line: Int) -> Range<Int> {
        guard line < lineStarts.count else { return bytes.count..<bytes.count }
        return lineStarts[line]..<lineEnd(line)
    }

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
        return Mark(line: UInt32(line), column: UInt32(columnCount(line)), index: UInt32(characterCount))
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
