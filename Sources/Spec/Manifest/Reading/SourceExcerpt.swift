import YAML

/// A file prepared for showing: places become ranges, and lines come out with secrets blotted out.
struct SourceExcerpt {
    private let file: ManifestFile
    private let source: SourceText
    /// Bytes of values that must not be shown.
    private let blots: [Range<Int>]

    init(_ file: ManifestFile, hiding secrets: [Span]) {
        self.file = file
        let source = SourceText(file.text)
        self.source = source
        blots = secrets.map { Self.bytes($0, in: source) }
    }

    func diagnostic(_ finding: Finding) -> Diagnostic {
        let span = finding.span
        let bytes = Self.bytes(span, in: source)
        let lineLength = source.columnCount(Int(span.start.line))
        let startColumn = min(Int(span.start.column), lineLength)
        let endsOnLine = span.end.line == span.start.line
        let endColumn = endsOnLine ? max(startColumn, min(Int(span.end.column), lineLength)) : lineLength
        let isOpenEnded = span.end.index == .max
        let end = SourceRange.Position(
            line: Int(isOpenEnded ? span.start.line : span.end.line) + 1,
            column: (endsOnLine || isOpenEnded ? endColumn : Int(span.end.column)) + 1,
            byte: bytes.upperBound + file.skippedBytes)
        let start = SourceRange.Position(
            line: Int(span.start.line) + 1, column: startColumn + 1, byte: bytes.lowerBound + file.skippedBytes)
        return Diagnostic(
            finding.summary, detail: finding.detail, at: SourceRange(file: file.name, start: start, end: end),
            snippet: Diagnostic.Snippet(
                line: line(Int(span.start.line), hidesValues: finding.isSyntactic), highlightStart: startColumn,
                highlightCount: max(1, endColumn - startColumn)))
    }

    private static func bytes(_ span: Span, in source: SourceText) -> Range<Int> {
        let start = source.byteOffset(of: span.start)
        let end = span.end.index == .max ? source.byteOffset(line: Int(span.start.line), column: .max) : source.byteOffset(of: span.end)
        return start..<max(start, end)
    }

    /// A line with one character for each of its characters, or `•` for what must not be seen.
    ///
    /// - Parameter hidesValues: whether the text could not be understood, so that anything behind the name of a secret may be one.
    private func line(_ line: Int, hidesValues: Bool) -> String {
        var shown = ""
        var byte = source.byteOffset(line: line, column: 0)
        let text = source.line(line)
        let hiddenFrom = hidesValues ? startOfSuspectedSecret(line) : nil
        for (column, scalar) in text.unicodeScalars.enumerated() {
            let isHidden = blots.contains { $0.contains(byte) } || column >= hiddenFrom ?? .max
            if isHidden, scalar != " " || hiddenFrom == nil {
                shown += "•"
            } else {
                shown.unicodeScalars.append(scalar.isPrintable || scalar == "\t" ? scalar : "\u{FFFD}")
            }
            byte += String(scalar).utf8.count
        }
        return shown
    }

    /// Characters of a line before what may be a secret: all of it where the line goes on with the value of a secret above.
    private func startOfSuspectedSecret(_ line: Int) -> Int? {
        if let own = Self.startOfSuspectedSecret(source.line(line)) { return own }
        var above = line
        while above > 0, !Self.hasKey(source.line(above)) {
            above -= 1
            if Self.startOfSuspectedSecret(source.line(above)) != nil { return 0 }
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

/// What is wrong, where; becomes a `Diagnostic` when the whole file has been read.
struct Finding {
    var span: Span
    var summary: String
    var detail: String?
    /// Whether the text around it was not understood.
    var isSyntactic = false
}
