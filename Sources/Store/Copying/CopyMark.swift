/// The row of `copies` in a state that is being filled from another one.
struct CopyMark: Sendable, Hashable {
    /// Where the other state was when the copy began; fit to be shown.
    var source: String
    /// The other state as it was then.
    var serial: StateSerial

    /// Refuses a state that is not wholly copied.
    static func check(_ connection: any Connection, state: String) throws {
        guard let source: String = try connection.value("SELECT source FROM copies WHERE id = 1") else { return }
        throw StoreError(
            code: .unfinishedCopy,
            message: """
                the state \(state) is a copy of \(source) that is not finished and cannot be used; finish it with `reconcile state copy`
                """)
    }
}

extension Statements {
    func copyMark() throws -> CopyMark? {
        try db.row("SELECT source, lineage, serial, key_serial FROM copies WHERE id = 1") { row in
            CopyMark(source: try row[0], serial: StateSerial(lineage: try row[1], serial: try row[2], keySerial: try row[3]))
        }
    }
}

extension Writing {
    /// Makes an empty state one that is being filled: its own record goes, that of the other state comes with the rest.
    func begin(_ mark: CopyMark) throws {
        try db.run("DELETE FROM state WHERE id = 1", [])
        try db.run(
            "INSERT INTO copies (id, source, lineage, serial, key_serial) VALUES (1, ?, ?, ?, ?)",
            [mark.source, mark.serial.lineage, mark.serial.serial, mark.serial.keySerial])
    }

    func removeCopyMark() throws {
        try db.run("DELETE FROM copies WHERE id = 1", [])
    }
}
