/// What is sent to the server: one statement of SQL each. Messages of one exchange are a transaction of their own unless they say `BEGIN`.
package enum Message: Sendable {
    /// Parses and plans the statement under the name. It lasts as long as the connection, whatever becomes of the transaction.
    ///
    /// Where it fails, the statement is not prepared, nor are those of the messages behind it; those before it are.
    case prepare(name: String, sql: String, types: [ParameterType])
    /// Runs a prepared statement; the parameters have the types that it was prepared with.
    case execute(name: String, [Parameter])
    /// Parses, plans and runs the statement, which gets no name.
    case run(sql: String, [Parameter])
}

extension Message {
    /// "nParams … must be between 0 and 65535" (PQ_QUERY_PARAM_MAX_LIMIT of libpq-fe.h).
    private static let maximumParameters = 65_535
    /// A field cannot be longer on the server (MaxAllocSize, 1 GiB − 1).
    private static let maximumParameterBytes = 0x3fff_ffff

    /// Throws what libpq or the server could not be given whole, before anything is sent.
    ///
    /// A NUL in a name or in SQL would end the text for C, and the server would run the beginning of a statement.
    func check(index: Int) throws(PostgresError) {
        let texts: [String]
        let parameters: [Parameter]
        let count: Int
        switch self {
        case .prepare(let name, let sql, let types): (texts, parameters, count) = ([name, sql], [], types.count)
        case .execute(let name, let values): (texts, parameters, count) = ([name], values, values.count)
        case .run(let sql, let values): (texts, parameters, count) = ([sql], values, values.count)
        }
        if texts.contains(where: { $0.utf8.contains(0) }) {
            throw PostgresError(.protocolViolation, "the statement contains a NUL", index: index)
        }
        if count > Self.maximumParameters {
            throw PostgresError(.protocolViolation, "a statement takes at most \(Self.maximumParameters) parameters", index: index)
        }
        if parameters.contains(where: { $0.byteCount > Self.maximumParameterBytes }) {
            throw PostgresError(.protocolViolation, "a parameter is longer than \(Self.maximumParameterBytes) bytes", index: index)
        }
    }
}
