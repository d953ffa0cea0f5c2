package import YAML

/// One manifest's text and its name.
package struct ManifestFile: Sendable {
    /// As the user named it, or found below a folder that the user named; `<stdin>` for standard input.
    package let name: String
    /// UTF-8 without a byte order mark.
    package let text: [UInt8]
    /// Bytes before `text`: 3 where there was a byte order mark.
    package let skippedBytes: Int

    package init(name: String, text: [UInt8]) {
        self.name = name
        skippedBytes = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        self.text = skippedBytes == 0 ? text : Array(text.dropFirst(skippedBytes))
    }

    package static let standardInputName = "<stdin>"
}

/// A stretch of a file by libyaml's marks; bytes and lines are found only where somebody is told of it.
package struct Span: Sendable, Hashable {
    package var start: Mark
    package var end: Mark

    package init(start: Mark, end: Mark) {
        self.start = start
        self.end = end
    }

    /// A scalar or flow collection whole; a block collection's first line, for libyaml ends it at the next token.
    init(_ node: Node) {
        start = node.start
        end = node.kind != .scalar && node.style != .flow ? Mark(line: node.start.line, column: .max, index: .max) : node.end
    }
}
