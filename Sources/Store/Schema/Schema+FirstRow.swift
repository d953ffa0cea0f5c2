extension Schema {
    /// What a new state has in its tables; parameter: a name of which there is no other (`StateSerial.lineage`).
    static let firstRow: SQL = "INSERT INTO state (id, lineage, serial, key_serial) VALUES (1, ?, 0, 0)"
}
