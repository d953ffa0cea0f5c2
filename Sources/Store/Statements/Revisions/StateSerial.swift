/// Which state this is and how often its resources have changed.
package struct StateSerial: Sendable, Hashable {
    /// Made once with the file; two files never share one.
    package let lineage: String
    /// Grows with every commit that changes a declared kind, by apply or over HTTP.
    package let serial: Int
    /// Grows with every change of an API key.
    package let keySerial: Int
}

extension Statements {
    package func stateSerial() throws -> StateSerial {
        let serial = try db.row("SELECT lineage, serial, key_serial FROM state WHERE id = 1") { row in
            StateSerial(lineage: try row[0], serial: try row[1], keySerial: try row[2])
        }
        guard let serial else {
            throw StoreError(code: .notAState, message: "the state has lost its own record; restore it from a backup")
        }
        return serial
    }
}

extension Writing {
    /// Marks the resources as changed and returns the new serial; part of every transaction that changes one.
    @discardableResult
    package func advanceSerial() throws -> Int {
        try db.value("UPDATE state SET serial = serial + 1 WHERE id = 1 RETURNING serial") ?? 0
    }

    /// The change number for a key that is being written.
    package func advanceKeySerial() throws -> Int {
        try db.value("UPDATE state SET key_serial = key_serial + 1 WHERE id = 1 RETURNING key_serial") ?? 0
    }
}
