/// One value of a document. An alias is seen as the node that it refers to, at that node's place.
package struct Node: Sendable {
    let tree: Tree
    let index: UInt32

    init(tree: Tree, index: UInt32) {
        self.tree = tree
        let record = tree.records[Int(index)]
        self.index = record.kind == .alias ? record.offset : index
    }

    var record: Tree.Record { tree.records[Int(index)] }

    package enum Kind: Sendable { case scalar, sequence, mapping }

    package var kind: Kind {
        switch record.kind {
        case .scalar: .scalar
        case .sequence: .sequence
        case .mapping: .mapping
        case .alias: preconditionFailure("an alias refers to an alias")
        }
    }

    package var start: Mark { record.start }

    /// For a block collection libyaml puts the end where the next token begins, lines further down.
    package var end: Mark { record.end }
    package var style: Style { record.style }

    /// The tag as written out in full, `tag:yaml.org,2002:str`, or `!` for the non-specific one.
    package var tag: String? { record.hasProperties ? tree.properties[index]?.tag : nil }

    /// A scalar's content; empty for a collection.
    package var text: String {
        let record = record
        guard record.kind == .scalar else { return "" }
        return String(decoding: tree.arena[Int(record.offset)..<Int(record.offset) + Int(record.count)], as: UTF8.self)
    }

    /// A scalar's bytes; none for a collection.
    package var utf8: ArraySlice<UInt8> {
        let record = record
        guard record.kind == .scalar else { return [] }
        return tree.arena[Int(record.offset)..<Int(record.offset) + Int(record.count)]
    }

    /// Whether the scalar's bytes are those of `names` from `offset` on.
    package func equals(_ names: [UInt8], from offset: Int, count: Int) -> Bool {
        let record = record
        guard Int(record.count) == count else { return false }
        let start = Int(record.offset)
        for position in 0..<count where tree.arena[start + position] != names[offset + position] { return false }
        return true
    }

    /// Whether the scalar's content is exactly this ASCII text.
    package func equals(_ text: StaticString) -> Bool {
        let record = record
        guard record.kind == .scalar, Int(record.count) == text.utf8CodeUnitCount else { return false }
        return utf8.elementsEqual(text.description.utf8)
    }

    /// The elements of a sequence; none for the other kinds.
    package var elements: Elements { Elements(parent: self, isEmpty: record.kind != .sequence) }

    /// The members of a mapping in text order, duplicates included; none for the other kinds.
    package var members: Members { Members(parent: self, isEmpty: record.kind != .mapping) }

    package struct Elements: Sequence, IteratorProtocol {
        private let tree: Tree
        private var position: UInt32
        private let end: UInt32

        init(parent: Node, isEmpty: Bool) {
            tree = parent.tree
            position = parent.index + 1
            end = isEmpty ? position : parent.record.next
        }

        package mutating func next() -> Node? {
            guard position < end else { return nil }
            let node = Node(tree: tree, index: position)
            position = tree.records[Int(position)].next
            return node
        }
    }

    package struct Members: Sequence, IteratorProtocol {
        private let tree: Tree
        private var position: UInt32
        private let end: UInt32

        init(parent: Node, isEmpty: Bool) {
            tree = parent.tree
            position = parent.index + 1
            end = isEmpty ? position : parent.record.next
        }

        package mutating func next() -> (key: Node, value: Node)? {
            guard position < end else { return nil }
            let key = Node(tree: tree, index: position)
            let value = tree.records[Int(position)].next
            position = tree.records[Int(value)].next
            return (key, Node(tree: tree, index: value))
        }
    }
}
