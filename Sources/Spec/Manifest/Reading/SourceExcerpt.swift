import Values
import YAML

/// A file prepared for showing: places become ranges, and lines come out with secrets blotted out.
struct SourceExcerpt {
    private let file: ManifestFile
    private let source: SourceText
    /// Bytes of values that must not be shown, in order and apart from one another.
    private let blots: [Range<Int>]

    /// Characters of a line that are shown; of a longer line, those around the fault.
    static let shownCharacters = 200
    private static let shownBefore = 60
    /// Characters of a message; names in it come from the manifest and can have any length.
    private static let messageCharacters = 600

    init(_ file: ManifestFile, hiding secrets: [Span]) {
        self.file = file
        let source = SourceText(file.text)
        self.source = source
        blots = Self.joined(secrets.map { Self.bytes($0, in: source) })
    }

    func diagnostic(_ finding: Finding) -> Diagnostic {
        let span = finding.span
        let bytes = Self.bytes(span, in: source)
        let line = source.byteRange(ofLine: Int(span.start.line))
        let first = min(max(bytes.lowerBound, line.lowerBound), line.upperBound)
        let startColumn = source.characters(before: first) - source.characters(before: line.lowerBound)
        let endsOnLine = span.end.line == span.start.line
        let isOpenEnded = span.end.index == .max
        let last = endsOnLine && !isOpenEnded ? max(first, min(bytes.upperBound, line.upperBound)) : line.upperBound
        let endColumn = startColumn + source.characters(before: last) - source.characters(before: first)
        let end = SourceRange.Position(
            line: Int(isOpenEnded ? span.start.line : span.end.line) + 1,
            column: (endsOnLine || isOpenEnded ? endColumn : Int(span.end.column)) + 1,
            byte: bytes.upperBound + file.skippedBytes)
        let start = SourceRange.Position(
            line: Int(span.start.line) + 1, column: startColumn + 1, byte: bytes.lowerBound + file.skippedBytes)
        return Diagnostic(
            Self.tidied(finding.summary), detail: finding.detail.map(Self.tidied),
            at: SourceRange(file: file.name, start: start, end: end),
            snippet: snippet(line, startColumn..<max(startColumn + 1, endColumn), hiddenFrom: hiddenFrom(finding)))
    }

    private static func bytes(_ span: Span, in source: SourceText) -> Range<Int> {
        let start = source.byteOffset(of: span.start)
        let endOfLine = source.byteRange(ofLine: Int(span.start.line)).upperBound
        guard span.end.index != .max else { return start..<max(start, endOfLine) }
        let end = source.byteOffset(of: span.end)
        return start..<max(start, span.end.line == span.start.line ? min(end, endOfLine) : end)
    }

    private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var joined: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }

    private static func tidied(_ message: String) -> String {
        var shown = String.UnicodeScalarView()
        for (position, scalar) in message.unicodeScalars.enumerated() {
            guard position < messageCharacters else { return String(shown) + "…" }
            shown.append(scalar.isPrintable ? scalar : "\u{FFFD}")
        }
        return String(shown)
    }

    // MARK: Lines

    /// The part of a line around the columns, with an ellipsis for what is left out.
    private func snippet(_ line: Range<Int>, _ columns: Range<Int>, hiddenFrom: Int?) -> Diagnostic.Snippet {
        let before = source.characters(before: line.lowerBound)
        let length = source.characters(before: line.upperBound) - before
        let lower = length <= Self.shownCharacters ? 0 : max(0, min(columns.lowerBound - Self.shownBefore, length - Self.shownCharacters))
        let upper = min(length, lower + Self.shownCharacters)
        let window = source.byteOffset(character: before + lower)..<source.byteOffset(character: before + upper)
        let text = (lower > 0 ? "…" : "") + shown(window, hiddenFrom: hiddenFrom) + (upper < length ? "…" : "")
        return Diagnostic.Snippet(
            line: text, highlightStart: columns.lowerBound - lower + (lower > 0 ? 1 : 0),
            highlightCount: max(1, min(columns.upperBound, max(upper, columns.lowerBound)) - columns.lowerBound))
    }

    /// One character for each of the text's characters, or `•` for what must not be seen.
    ///
    /// - Parameter hiddenFrom: the byte from which on nothing is shown.
    private func shown(_ window: Range<Int>, hiddenFrom: Int?) -> String {
        var shown = ""
        var byte = window.lowerBound
        var blot = firstBlot(endingBehind: byte)
        for scalar in String(decoding: source.bytes[window], as: UTF8.self).unicodeScalars {
            while blot < blots.count, blots[blot].upperBound <= byte { blot += 1 }
            let isHidden = (blot < blots.count && blots[blot].contains(byte)) || byte >= hiddenFrom ?? .max
            if isHidden, scalar != " " || hiddenFrom == nil {
                shown += "•"
            } else {
                shown.unicodeScalars.append(scalar.isPrintable || scalar == "\t" ? scalar : "\u{FFFD}")
            }
            byte += UTF8.width(scalar)
        }
        return shown
    }

    private func firstBlot(endingBehind byte: Int) -> Int {
        var (low, high) = (0, blots.count)
        while low < high {
            let middle = (low + high) / 2
            if blots[middle].upperBound <= byte { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: Suspected secrets

    /// Where nothing more of a finding's line may be shown: its text was not understood, so that anything behind the name of a secret
    /// may be one. All of the line where it goes on with the value of a secret above.
    private func hiddenFrom(_ finding: Finding) -> Int? {
        guard finding.isSyntactic else { return nil }
        let line = Int(finding.span.start.line)
        if let own = Self.startOfSuspectedSecret(source.line(line)) { return source.byteOffset(line: line, column: own) }
        var above = line
        while above > 0, !Self.hasKey(source.line(above)) {
            above -= 1
            if Self.startOfSuspectedSecret(source.line(above)) != nil { return source.byteOffset(line: line, column: 0) }
        }
        return nil
    }

    private static func hasKey(_ line: String) -> Bool {
        line.hasSuffix(":") || zip(line.utf8, line.utf8.dropFirst()).contains { $0 == UInt8(ascii: ":") && $1 == UInt8(ascii: " ") }
    }

    /// Characters before the text behind the first `name:` whose name is a secret's.
    private static func startOfSuspectedSecret(_ line: String) -> Int? {
        var word = ""
        for (column, scalar) in line.unicodeScalars.enumerated() {
            switch scalar {
            case ":", "=":
                if SecretRules.looksSecret(word) { return column + 1 }
                word = ""
            case " ", "\t", "{", ",", "[", "]", "}": word = ""
            default: word.unicodeScalars.append(scalar)
            }
        }
        return nil
    }
}
