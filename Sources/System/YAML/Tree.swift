/// A whole stream as one flat list of nodes in text order, each with its place; scalars share one buffer of bytes.
///
/// Flat because a tree of boxes costs half again of what libyaml itself takes, and this costs a twentieth.
package final class Tree: Sendable {
    let records: [Record]
    /// The contents of all scalars, one behind the other.
    let arena: [UInt8]
    let documentRecords: [DocumentRecord]
    /// Anchors and tags, which are rare, by record.
    let properties: [UInt32: Properties]

    struct Record: Sendable {
        enum Kind: UInt8, Sendable { case scalar, sequence, mapping, alias }

        var start: Mark
        var end: Mark
        /// A scalar's first byte in the arena; the record that an alias refers to.
        var offset: UInt32
        /// A scalar's bytes.
        var count: UInt32
        /// The record behind this one and all within it.
        var next: UInt32
        var kind: Kind
        var style: Style
        var hasProperties = false
    }

    struct DocumentRecord: Sendable {
        var start: Event
        var end: Event
        /// The root's record; every document has one, if only an empty scalar.
        var root: UInt32
    }

    struct Properties: Sendable {
        var anchor: String?
        var tag: String?
        /// An alias's own spelling.
        var alias: String?
    }

    init(records: [Record], arena: [UInt8], documentRecords: [DocumentRecord], properties: [UInt32: Properties]) {
        self.records = records
        self.arena = arena
        self.documentRecords = documentRecords
        self.properties = properties
    }

    /// The roots of the documents in order; none for a text of white space and comments.
    package var documents: [Document] {
        documentRecords.map {
            Document(root: Node(tree: self, index: $0.root), start: $0.start.start, hasMarker: !$0.start.isImplicit)
        }
    }

    /// The events that this tree was made of, as the YAML test suite writes them.
    package var notation: [String] {
        var lines = ["+STR"]
        for document in documentRecords {
            lines.append(document.start.notation)
            write(document.root, to: &lines)
            lines.append(document.end.notation)
        }
        lines.append("-STR")
        return lines
    }

    private func write(_ index: UInt32, to lines: inout [String]) {
        let record = records[Int(index)]
        let own = properties[index]
        func event(_ kind: Event.Kind, _ value: String = "") -> String {
            Event(
                kind: kind, start: record.start, end: record.end, value: value, anchor: own?.anchor, tag: own?.tag,
                style: record.style, isImplicit: false
            ).notation
        }
        switch record.kind {
        case .scalar: lines.append(event(.scalar, Node(tree: self, index: index).text))
        case .alias: lines.append(event(.alias, own?.alias ?? ""))
        case .sequence, .mapping:
            lines.append(event(record.kind == .sequence ? .sequenceStart : .mappingStart))
            var child = index + 1
            while child < record.next {
                write(child, to: &lines)
                child = records[Int(child)].next
            }
            lines.append(event(record.kind == .sequence ? .sequenceEnd : .mappingEnd))
        }
    }
}

/// One document of a stream.
package struct Document: Sendable {
    package let root: Node
    /// Where the document begins, at its `---` if it has one.
    package let start: Mark
    package let hasMarker: Bool
}
