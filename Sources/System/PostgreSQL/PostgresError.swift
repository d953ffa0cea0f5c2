/// Why the server, the way to it or a value of it failed; holds no parameter, no password and no detail of the server's.
package struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable {
        /// The address of the server cannot be used as it is written.
        case settings
        /// No server let us in.
        case connectionFailed = "connection_failed"
        /// The connection ended; whether what was under way was done is unknown. The connection is closed.
        case connectionLost = "connection_lost"
        /// No answer in time; whether what was under way was done is unknown. The connection is closed.
        case timedOut = "timed_out"
        /// The server refused a message: `sqlState` says why. The connection goes on.
        case server
        /// A value is of another type than the one asked for, NULL, or damaged.
        case decoding
        /// What came, or what was to be sent, is not of the protocol. Where it came from the server, the connection is closed.
        case protocolViolation = "protocol_violation"
    }

    package let code: Code
    /// Five characters (PostgreSQL manual, appendix A); nil where the server said nothing.
    package let sqlState: String?
    /// The primary message and the hint, for people; never decided upon. The detail is left out since it shows values of rows.
    package let message: String
    /// The message of the exchange that failed; those behind it were not run.
    package let index: Int?
    /// The constraint that was violated, where the server names it.
    package let constraint: String?
    /// The table that the error is about, where the server names it.
    package let table: String?

    package init(
        _ code: Code, _ message: String, sqlState: String? = nil, index: Int? = nil, constraint: String? = nil, table: String? = nil
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.index = index
        self.constraint = constraint
        self.table = table
    }

    /// The message, with the state behind it where there is one.
    package var description: String {
        guard let sqlState else { return message }
        return "\(message) (SQLSTATE \(sqlState))"
    }

    /// The connection was closed before the call.
    static let closed = PostgresError(.connectionLost, "the connection is closed")
}
