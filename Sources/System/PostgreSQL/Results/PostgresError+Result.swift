import CPostgreSQL

extension PostgresError {
    /// The error of a result with the status PGRES_FATAL_ERROR or PGRES_NONFATAL_ERROR.
    ///
    /// FATAL and PANIC end the session ("FATAL: Reports an error that caused the current session to abort",
    /// https://www.postgresql.org/docs/15/runtime-config-logging.html), so they are `connectionLost`. An error without a state was made
    /// by libpq and not by the server.
    @unsafe init(result: OpaquePointer, index: Int?) {
        let severity = unsafe Self.field(result, pq_field_severity)
        let state = unsafe Self.field(result, pq_field_sqlstate)
        let primary = unsafe Self.field(result, pq_field_primary)
        let hint = unsafe Self.field(result, pq_field_hint)
        let code: Code =
            switch (severity, state) {
            case ("FATAL", _), ("PANIC", _): .connectionLost
            case (_, nil): .protocolViolation
            default: .server
            }
        let message = unsafe primary ?? String(libpq: PQresultErrorMessage(result))
        self.init(
            code, hint.map { "\(message); hint: \($0)" } ?? message, sqlState: state, index: index,
            constraint: unsafe Self.field(result, pq_field_constraint), table: unsafe Self.field(result, pq_field_table))
    }

    @unsafe private static func field(_ result: OpaquePointer, _ code: CInt) -> String? {
        guard let text = unsafe PQresultErrorField(result, code) else { return nil }
        return unsafe String(cString: text)
    }

    /// The same error of a message of the exchange.
    func at(_ index: Int?) -> PostgresError {
        PostgresError(code, message, sqlState: sqlState, index: index, constraint: constraint, table: table)
    }
}

extension String {
    /// A text of libpq on one line: it ends its messages with a line feed and indents what follows with tabs.
    @unsafe init(libpq text: UnsafePointer<CChar>?) {
        guard let text = unsafe text else {
            self = ""
            return
        }
        let words = unsafe String(cString: text).split { $0 == "\n" || $0 == "\t" || $0 == "\r\n" }
        self = words.joined(separator: " ")
    }
}
