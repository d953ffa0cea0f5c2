package import Values

extension Node {
    /// The position of the name that a scalar spells; nil for any other scalar, and for a collection.
    ///
    /// - Parameter start: where in the table the search begins.
    package func position(in names: NameTable, startingAt start: Int = 0) -> Int? {
        let record = record
        guard record.kind == .scalar else { return nil }
        return names.position(of: tree.arena, from: Int(record.offset), count: Int(record.count), startingAt: start)
    }
}
