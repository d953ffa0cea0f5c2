import GRDB

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
        guard let row = try Row.fetchOne(db, sql: "SELECT lineage, serial, key_serial FROM state WHERE id = 1") else {
            throw StoreError(code: .notAState, message: "the state has lost its own record; restore it from a backup")
        }
        return StateSerial(lineage: row[0], serial: row[1], keySerial: row[2])
    }
}

extension Writing {
    /// Marks the resources as changed and returns the new serial; part of every transaction that changes one.
    @discardableResult
    package func advanceSerial() throws -> Int {
        try Int.fetchOne(db, sql: "UPDATE state SET serial = serial + 1 WHERE id = 1 RETURNING serial") ?? 0
    }

    /// The change number for a key that is being written.
    package func advanceKeySerial() throws -> Int {
        try Int.fetchOne(db, sql: "UPDATE state SET key_serial = key_serial + 1 WHERE id = 1 RETURNING key_serial") ?? 0
    }
}
