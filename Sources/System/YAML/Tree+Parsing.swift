extension Tree {
    /// Reads a stream of documents.
    package convenience init(parsing text: [UInt8], limits: Limits = Limits()) throws(SyntaxError) {
        guard text.count <= limits.bytes else { throw SyntaxError(kind: .tooLong(limit: limits.bytes), mark: .start) }
        var builder = TreeBuilder(text: text, limits: limits)
        try builder.build()
        self.init(
            records: builder.records, arena: builder.arena, documentRecords: builder.documents, properties: builder.properties)
    }
}

private struct TreeBuilder: ~Copyable {
    let limits: Limits
    var events: EventStream
    var records: [Tree.Record] = []
    var arena: [UInt8] = []
    var documents: [Tree.DocumentRecord] = []
    var properties: [UInt32: Tree.Properties] = [:]
    /// Mappings and sequences that are not finished.
    private var open: [Open] = []
    private var anchors: [String: Anchor] = [:]
    /// Nodes that the aliases so far would add if they were written out.
    private var aliased = 0

    private struct Open {
        var record: Int
        var anchor: String?
        var aliasedBefore: Int
    }

    private struct Anchor {
        var record: Int
        /// Nodes when every alias below is written out; nil while the node is being read.
        var size: Int?
    }

    init(text: [UInt8], limits: Limits) {
        self.limits = limits
        events = EventStream(text)
        records.reserveCapacity(text.count / 20)
        arena.reserveCapacity(text.count / 2)
    }

    mutating func build() throws(SyntaxError) {
        var documentStart: Event?
        while try events.advance() {
            switch events.kind {
            case .streamStart, .streamEnd: break
            case .scalar: try scalar()
            case .alias: try alias()
            case .sequenceStart: try begin(.sequence)
            case .mappingStart: try begin(.mapping)
            case .sequenceEnd, .mappingEnd: finish()
            case .documentStart:
                documentStart = marker(.documentStart)
                anchors.removeAll()
                documents.append(
                    Tree.DocumentRecord(start: marker(.documentStart), end: marker(.documentEnd), root: UInt32(records.count)))
            case .documentEnd:
                precondition(documentStart != nil, "libyaml ended a document that it did not begin")
                documents[documents.count - 1].end = marker(.documentEnd)
            }
        }
    }

    private func marker(_ kind: Event.Kind) -> Event {
        Event(
            kind: kind, start: events.start, end: events.end, value: "", anchor: nil, tag: nil, style: .block,
            isImplicit: events.isImplicit)
    }

    private mutating func append(_ kind: Tree.Record.Kind, offset: Int, count: Int) throws(SyntaxError) -> Int {
        let index = records.count
        guard index < limits.nodes else { throw SyntaxError(kind: .tooManyNodes(limit: limits.nodes), mark: events.start) }
        records.append(
            Tree.Record(
                start: events.start, end: events.end, offset: UInt32(offset), count: UInt32(count), next: UInt32(index + 1),
                kind: kind, style: events.style))
        return index
    }

    /// Keeps a node's anchor and tag; gives the anchor back.
    private mutating func attach(to index: Int) -> String? {
        let (anchor, tag) = (events.anchor, events.tag)
        if anchor != nil || tag != nil {
            properties[UInt32(index)] = Tree.Properties(anchor: anchor, tag: tag)
            records[index].hasProperties = true
        }
        return anchor
    }

    private mutating func scalar() throws(SyntaxError) {
        let offset = arena.count
        events.appendValue(to: &arena)
        let index = try append(.scalar, offset: offset, count: arena.count - offset)
        if let anchor = attach(to: index) { anchors[anchor] = Anchor(record: index, size: 1) }
    }

    private mutating func alias() throws(SyntaxError) {
        var bytes: [UInt8] = []
        events.appendValue(to: &bytes)
        let name = String(decoding: bytes, as: UTF8.self)
        guard let target = anchors[name] else { throw SyntaxError(kind: .unknownAlias(name), mark: events.start) }
        guard let size = target.size else { throw SyntaxError(kind: .cyclicAlias(name), mark: events.start) }
        aliased += size
        guard aliased <= limits.aliasedNodes else {
            throw SyntaxError(kind: .tooManyAliases(limit: limits.aliasedNodes), mark: events.start)
        }
        let index = try append(.alias, offset: target.record, count: 0)
        properties[UInt32(index)] = Tree.Properties(alias: name)
    }

    private mutating func begin(_ kind: Tree.Record.Kind) throws(SyntaxError) {
        guard open.count < limits.depth else { throw SyntaxError(kind: .tooDeep(limit: limits.depth), mark: events.start) }
        let index = try append(kind, offset: 0, count: 0)
        let anchor = attach(to: index)
        if let anchor { anchors[anchor] = Anchor(record: index, size: nil) }
        open.append(Open(record: index, anchor: anchor, aliasedBefore: aliased))
    }

    private mutating func finish() {
        let own = open.removeLast()
        records[own.record].next = UInt32(records.count)
        records[own.record].end = events.end
        // A later node may have taken the name over.
        if let anchor = own.anchor, anchors[anchor]?.record == own.record {
            anchors[anchor]?.size = records.count - own.record + aliased - own.aliasedBefore
        }
    }
}
