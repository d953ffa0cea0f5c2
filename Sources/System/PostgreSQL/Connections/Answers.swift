import CPostgreSQL

/// The results of an exchange as they come: for each message one result and a nil, then one for the Sync.
struct Answers {
    private(set) var results: [CommandResult] = []
    /// The first error; what follows it up to the Sync was not run.
    private(set) var failure: PostgresError?
    /// The answer to the Sync has come.
    private(set) var isDone = false
    /// The messages that libpq has taken.
    var sent = 0
    var isSynchronizing = false
    /// The messages whose results have ended.
    private var ended = 0
    private var hasResult = false

    /// The message that is being answered; nil where all are.
    var index: Int? { ended < sent ? ended : nil }

    /// Takes what is there without waiting: PQgetResult "will block only if" PQisBusy returns 1.
    ///
    /// Throws where the session is over or makes no sense.
    @unsafe mutating func take(_ connection: OpaquePointer) throws(PostgresError) {
        var nothing = 0
        while !isDone, isSynchronizing || ended < sent, unsafe PQisBusy(connection) == 0 {
            guard let result = unsafe PQgetResult(connection) else {
                if hasResult {
                    hasResult = false
                    ended += 1
                } else {
                    // "… returns NULL … [and] must be called again" between the results of two messages.
                    nothing += 1
                    if nothing > 1 { return }
                }
                continue
            }
            nothing = 0
            try unsafe accept(result)
        }
    }

    @unsafe private mutating func accept(_ result: OpaquePointer) throws(PostgresError) {
        switch unsafe PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            hasResult = true
            unsafe results.append(CommandResult(taking: result))
        case PGRES_PIPELINE_SYNC:
            unsafe PQclear(result)
            isDone = true
        case PGRES_PIPELINE_ABORTED:
            unsafe PQclear(result)
            hasResult = true
        case PGRES_FATAL_ERROR:
            defer { unsafe PQclear(result) }
            hasResult = true
            let error = unsafe PostgresError(result: result, index: index)
            if error.code != .server { throw error }
            if failure == nil { failure = error }
        default:
            let status = unsafe PQresultStatus(result)
            let name = unsafe PQresStatus(status).map { unsafe String(cString: $0) } ?? ""
            unsafe PQclear(result)
            throw PostgresError(.protocolViolation, "the server answered with \(name), which no statement of ours asks for", index: index)
        }
    }
}
