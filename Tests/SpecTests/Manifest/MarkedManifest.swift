import Spec
import Testing

/// A manifest in which `«` and `»` stand around what diagnostics are expected to point at.
struct MarkedManifest {
    var text = ""
    var ranges: [SourceRange] = []

    init(_ marked: String, file: String = "m.yaml") {
        var start: SourceRange.Position?
        var (line, column, byte) = (1, 1, 0)
        for scalar in marked.unicodeScalars {
            let here = SourceRange.Position(line: line, column: column, byte: byte)
            switch scalar {
            case "«": start = here
            case "»":
                if let begun = start { ranges.append(SourceRange(file: file, start: begun, end: here)) }
                start = nil
            default:
                text.unicodeScalars.append(scalar)
                byte += String(scalar).utf8.count
                (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
            }
        }
    }
}

/// Reads one marked manifest and compares places and messages, in order.
func expectDiagnostics(
    _ marked: String, _ messages: String..., sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    let manifest = MarkedManifest(marked)
    let reading = ManifestReader().read([ManifestFile(name: "m.yaml", text: Array(manifest.text.utf8))])
    #expect(reading.diagnostics.map(\.message) == messages, sourceLocation: sourceLocation)
    #expect(reading.diagnostics.map(\.range) == manifest.ranges, sourceLocation: sourceLocation)
    #expect((reading.manifest == nil) == !messages.isEmpty, sourceLocation: sourceLocation)
}

/// Reads texts named `a.yaml`, `b.yaml`, ….
func read(_ texts: String...) -> ManifestReading {
    ManifestReader().read(zip("abcdefgh", texts).map { ManifestFile(name: "\($0).yaml", text: Array($1.utf8)) })
}
