/// A table as the database describes it: what `StateCopy` goes by, so that no list of tables has to be kept beside the schema.
struct TableShape: Sendable, Hashable {
    /// What a column holds.
    enum Kind: Sendable, Hashable { case int, text, blob }

    struct Column: Sendable, Hashable {
        var name: String
        var kind: Kind
    }

    var name: String
    /// Sorted by name.
    var columns: [Column]
    /// The columns of the primary key in its order, as positions in `columns`.
    var key: [Int]
    /// Other tables whose rows must be there before.
    var parents: Set<String>

    /// One column as a database lists it.
    struct Listed {
        var table: String
        var column: String
        /// Nil for a type that no column of a state has.
        var kind: Kind?
        /// Where it stands in the primary key, counted from anywhere; nil where it does not.
        var keyPosition: Int?
    }

    /// Puts together what a database lists, sorted by name.
    ///
    /// - Throws: `StoreError.Code.notAState` for a table without a key or with a column of a type that is not ours.
    static func shapes(
        of listed: [Listed], references: [(child: String, parent: String)], state: String
    ) throws(StoreError) -> [TableShape] {
        let parents = Dictionary(grouping: references, by: \.child).mapValues { Set($0.map(\.parent)) }
        var shapes: [TableShape] = []
        for (table, listed) in Dictionary(grouping: listed, by: \.table).sorted(by: { $0.key < $1.key }) {
            let sorted = listed.sorted { $0.column < $1.column }
            var columns: [Column] = []
            for column in sorted {
                guard let kind = column.kind else {
                    throw StoreError(
                        code: .notAState,
                        message: "the column \(column.column) of \(table) in the state \(state) has a type that no column of a state has")
                }
                columns.append(Column(name: column.column, kind: kind))
            }
            let key = sorted.indices.filter { sorted[$0].keyPosition != nil }
                .sorted { sorted[$0].keyPosition ?? 0 < sorted[$1].keyPosition ?? 0 }
            guard !key.isEmpty else {
                throw StoreError(code: .notAState, message: "the table \(table) of the state \(state) has no primary key")
            }
            let others = (parents[table] ?? []).subtracting([table])
            shapes.append(TableShape(name: table, columns: columns, key: key, parents: others))
        }
        return shapes
    }

    /// Parents before children, and by name where nothing else decides.
    static func ordered(_ shapes: [TableShape]) -> [TableShape] {
        var (ordered, waiting) = ([TableShape](), shapes.sorted { $0.name < $1.name })
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.name))
            let ready = waiting.filter { $0.parents.isDisjoint(with: names) }
            guard !ready.isEmpty else { preconditionFailure("the tables \(names) of the schema refer to each other in a ring") }
            ordered += ready
            waiting.removeAll { shape in ready.contains { $0.name == shape.name } }
        }
        return ordered
    }
}
