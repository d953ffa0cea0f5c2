import YAML

extension Finding {
    /// libyaml's error in words that name the remedy; what is there is read from the text, never from libyaml's wording.
    init(_ error: SyntaxError, in text: [UInt8]) {
        isSyntactic = true
        span = Span(start: error.mark, end: Mark(line: error.mark.line, column: error.mark.column &+ 1, index: error.mark.index &+ 1))
        switch error.kind {
        case .tooLong(let limit):
            summary = "the file is longer than \(limit >> 20) MiB"
            detail = "split it into several files"
        case .tooDeep(let limit):
            summary = "mappings and lists are nested deeper than \(limit) levels"
            detail = "no field of a manifest needs that many"
        case .tooManyNodes(let limit):
            summary = "the file has more than \(limit) values"
            detail = "split it into several files"
        case .tooManyAliases(let limit):
            summary = "the aliases up to here repeat more than \(limit) values"
            detail = "write the values out, or repeat fewer"
        case .unknownAlias(let name):
            span.end = span.start.advanced(by: UInt32(name.unicodeScalars.count) + 1)
            // The name is not quoted: it may be a secret that begins with `*`.
            summary = "the alias has no anchor"
            detail = "write `&` and its name before the value that it repeats, or put the text in quotes"
        case .cyclicAlias(let name):
            span.end = span.start.advanced(by: UInt32(name.unicodeScalars.count) + 1)
            summary = "the alias stands within the value that it repeats"
            detail = "a value cannot contain itself: write it out"
        case .reader:
            summary = "the file has bytes here that are no text in UTF-8, or a character that YAML forbids"
            detail = "save the file as UTF-8, and write control characters as escapes such as \"\\x07\""
        case .scanner, .parser:
            let source = SourceText(text)
            let offset = source.byteOffset(of: error.mark)
            let context = error.contextMark.map { source.byteOffset(of: $0) }
            if offset >= text.count, let begun = error.contextMark {
                // What was never closed is found where it opens, not at the end of the file.
                span = Span(start: begun, end: begun.advanced(by: 1))
            }
            let since = error.context.map { " \($0)" + (error.contextMark.map { " from line \($0.line + 1)" } ?? "") } ?? ""
            summary = "this is no YAML: \(error.problem)\(since)"
            detail = Self.remedy(text, offset: offset, context: context)
        }
    }

    private static func remedy(_ text: [UInt8], offset: Int, context: Int?) -> String? {
        let found = offset < text.count ? text[offset] : nil
        let lineStart = text[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let indentation = text[lineStart..<offset]
        if found == UInt8(ascii: "\t") || indentation.contains(UInt8(ascii: "\t")) { return "indent with spaces: YAML forbids tabs" }
        switch found {
        case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "%"):
            return "put the text in quotes: it begins with a character that YAML reserves"
        default: break
        }
        guard let context, context < text.count else { return nil }
        switch text[context] {
        case UInt8(ascii: "*"): return "put `*` in quotes: \"*\""
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return "close the quotes that begin there"
        case UInt8(ascii: "["), UInt8(ascii: "{"): return "close the bracket that opens there, and put a comma between entries"
        default: return "compare the indentation with the lines above; a text with `: ` or ` #` in it needs quotes"
        }
    }
}
