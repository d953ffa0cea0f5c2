import CPostgreSQL

/// What the server answered to one message.
package struct CommandResult: Sendable {
    /// The command tag (PQcmdStatus): `UPDATE 3`, `COMMIT`; `ROLLBACK` where a `COMMIT` found its transaction failed; empty for a prepare.
    package let command: String
    /// The rows that the statement inserted, updated, deleted or returned (PQcmdTuples); 0 where the tag has no number.
    package let changed: Int
    /// Nil where the statement returns no rows by its kind.
    package let rows: ResultSet?

    @unsafe init(taking result: OpaquePointer) {
        command = unsafe PQcmdStatus(result).map { unsafe String(cString: $0) } ?? ""
        changed = unsafe PQcmdTuples(result).flatMap { unsafe Int(String(cString: $0)) } ?? 0
        if unsafe PQresultStatus(result) == PGRES_TUPLES_OK {
            unsafe rows = ResultSet(taking: result)
        } else {
            rows = nil
            unsafe PQclear(result)
        }
    }
}
