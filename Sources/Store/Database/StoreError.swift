internal import GRDB

/// Why the state could not be read or written.
///
/// Carries SQL text and result codes at most, never a bound value.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// Another process held the write lock for longer than the busy timeout.
        case locked
        /// The file was written by a newer version of this program.
        case newerVersion
        /// The file is no database of ours, or is damaged.
        case notAState
        /// The path cannot be opened, read or written.
        case inaccessible
        /// The disk or a quota is full.
        case full
        /// A constraint of the schema refused the write.
        case constraint
        /// A sealed value cannot be opened: the key is missing or wrong, or the bytes were moved or changed.
        case sealed
        /// Anything else that SQLite reports.
        case database
    }

    package let code: Code
    /// What was attempted, on what, and what to do.
    package let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

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
}
