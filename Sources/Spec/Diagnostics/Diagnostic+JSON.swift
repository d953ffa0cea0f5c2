package import Values

extension Diagnostic {
    /// The shape of `terraform validate -json`, so that its readers read ours.
    ///
    /// Lines and columns count from 1 and bytes from 0, as Terraform's do; the offsets within a snippet are bytes of its line.
    package var json: JSON {
        var object = JSONObject([
            ("severity", .string(severity.rawValue)), ("summary", .string(summary)), ("detail", .string(detail ?? "")),
        ])
        if let range {
            object["range"] = ["filename": .string(range.file), "start": range.start.json, "end": range.end.json]
        }
        if let snippet {
            let scalars = snippet.line.unicodeScalars
            func bytes(_ characters: Int) -> Int { String(String.UnicodeScalarView(scalars.prefix(characters))).utf8.count }
            object["snippet"] = [
                "context": nil, "code": .string(snippet.line), "start_line": .integer(range?.start.line ?? 1),
                "highlight_start_offset": .integer(bytes(snippet.highlightStart)),
                "highlight_end_offset": .integer(bytes(snippet.highlightStart + snippet.highlightCount)), "values": [],
            ]
        }
        return .object(object)
    }

    /// The whole answer of `validate --format json`.
    package static func json(_ diagnostics: [Diagnostic]) -> JSON {
        let errors = diagnostics.reduce(0) { $0 + ($1.severity == .error ? $1.count : 0) }
        let warnings = diagnostics.count { $0.severity == .warning }
        return [
            "format_version": "1.0", "valid": .bool(errors == 0), "error_count": .integer(errors),
            "warning_count": .integer(warnings), "diagnostics": .array(diagnostics.map(\.json)),
        ]
    }
}

extension SourceRange.Position {
    fileprivate var json: JSON { ["line": .integer(line), "column": .integer(column), "byte": .integer(byte)] }
}
