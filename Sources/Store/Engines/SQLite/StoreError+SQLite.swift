import GRDB

extension StoreError {
    /// Sorts SQLite's result codes (https://sqlite.org/rescode.html) by what a caller can do about them.
    init(_ error: DatabaseError, path: String) {
        let sql = error.sql.map { " in `\($0.prefix(80))`" } ?? ""
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(code: .locked, message: "the state \(path) is locked by another process; wait for it to finish and try again")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            self.init(
                code: .notAState,
                message: "\(path) is not a state file of this program, or it is damaged (SQLite says: \(error.message ?? "not a database"))"
            )
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_IOERR:
            self.init(
                code: .inaccessible,
                message:
                    "the state \(path) cannot be opened or written: \(error.message ?? "no reason given"); check the path and its permissions"
            )
        case .SQLITE_FULL:
            self.init(code: .full, message: "the disk of the state \(path) is full; nothing was written")
        case .SQLITE_CONSTRAINT:
            self.init(code: .constraint, message: "a constraint of the state refused the write: \(error.message ?? "unknown")\(sql)")
        default:
            self.init(
                code: .database, message: "the state \(path) answered \(error.resultCode): \(error.message ?? "no reason given")\(sql)")
        }
    }

    /// For an error of the opening, whatever it is.
    init(opening error: any Error, path: String) {
        self =
            if let error = error as? DatabaseError { StoreError(error, path: path) } else { .opening(error, state: path) }
    }
}
