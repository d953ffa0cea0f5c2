import CPostgreSQL

extension ServerConnection {
    /// Sends the messages and one Sync, and returns a result to each, in order. Without messages it asks whether the server is there.
    ///
    /// What comes is read while the rest is sent: "the server … begins executing … immediately … the client must not block on sending
    /// while the server blocks on sending results" (https://www.postgresql.org/docs/15/libpq-pipeline-mode.html#LIBPQ-PIPELINE-USING).
    /// Outside of `BEGIN` the messages are one transaction, which the Sync commits.
    ///
    /// - Throws: `server` with the index of the message that failed: those behind it were not run, and the connection goes on (in a
    ///   transaction, which has failed, where `BEGIN` opened one). `connectionLost`, `timedOut` and `protocolViolation` of the server close
    ///   the connection; of those messages it is unknown what was done, unless they were not to be committed.
    package func exchange(_ messages: [Message], timeout: Duration) throws(PostgresError) -> [CommandResult] {
        guard let connection = unsafe handle else { throw .closed }
        for (index, message) in messages.enumerated() { try message.check(index: index) }
        do throws(PostgresError) {
            return try unsafe perform(connection, messages, Deadline(timeout))
        } catch {
            if error.code != .server { close() }
            throw error
        }
    }

    /// What libpq holds back at most before it is made to send; it sends by itself from 64 KiB on.
    private static let flushedBytes = 32 << 10

    @unsafe private func perform(
        _ connection: OpaquePointer, _ messages: [Message], _ deadline: Deadline
    ) throws(PostgresError) -> [CommandResult] {
        var answers = Answers()
        var waiting = 0
        for message in messages {
            guard unsafe send(message, connection) else { throw unsafe lost(connection, answers.index) }
            answers.sent += 1
            waiting += parameters.byteCount
            guard waiting >= Self.flushedBytes else { continue }
            waiting = 0
            while try unsafe flush(connection, answers.index) {
                try unsafe wait(connection, writing: true, deadline, answers.index)
                try unsafe answers.take(connection)
            }
            // The server runs none of the rest.
            if answers.failure != nil { break }
        }
        guard unsafe PQpipelineSync(connection) == 1 else { throw unsafe lost(connection, answers.index) }
        answers.isSynchronizing = true
        while true {
            let isWriting = try unsafe flush(connection, answers.index)
            try unsafe answers.take(connection)
            if answers.isDone { break }
            try unsafe wait(connection, writing: isWriting, deadline, answers.index)
        }
        if let failure = answers.failure { throw failure }
        guard answers.results.count == messages.count else {
            throw PostgresError(.protocolViolation, "\(answers.results.count) results came to \(messages.count) messages")
        }
        return answers.results
    }

    /// Hands a message to libpq, which copies it; false where it does not take it.
    @unsafe private func send(_ message: Message, _ connection: OpaquePointer) -> Bool {
        switch message {
        case .prepare(let name, let sql, let types):
            parameters.fill([])
            return unsafe PQsendPrepare(connection, name, sql, CInt(types.count), types.map(\.oid)) == 1
        case .execute(let name, let values):
            parameters.fill(values)
            return unsafe parameters.withArrays { texts, lengths, formats in
                unsafe PQsendQueryPrepared(connection, name, CInt(values.count), texts, lengths, formats, 1) == 1
            }
        case .run(let sql, let values):
            parameters.fill(values)
            let types = parameters.types
            return unsafe parameters.withArrays { texts, lengths, formats in
                unsafe PQsendQueryParams(connection, sql, CInt(values.count), types, texts, lengths, formats, 1) == 1
            }
        }
    }

    /// Whether something is left to be sent.
    @unsafe private func flush(_ connection: OpaquePointer, _ index: Int?) throws(PostgresError) -> Bool {
        let status = unsafe PQflush(connection)
        guard status >= 0 else { throw unsafe lost(connection, index) }
        return status == 1
    }

    /// Waits until the socket is ready and reads what has come.
    @unsafe func wait(_ connection: OpaquePointer, writing: Bool, _ deadline: Deadline, _ index: Int?) throws(PostgresError) {
        if unsafe pq_tls_pending(connection) == 0 {
            guard unsafe deadline.wait(PQsocket(connection), writing: writing) else {
                throw PostgresError(.timedOut, "the server did not answer within \(deadline.limit)", index: index)
            }
        }
        guard unsafe PQconsumeInput(connection) == 1 else { throw unsafe lost(connection, index) }
    }

    /// The error of a connection that broke: what the server said last, if it said so, else what libpq says.
    @unsafe func lost(_ connection: OpaquePointer, _ index: Int?) -> PostgresError {
        let message = unsafe String(libpq: PQerrorMessage(connection))
        // A broken connection gives the results that had come and then an error, without waiting; a whole one might wait.
        var nothing = 0
        while unsafe PQstatus(connection) == CONNECTION_BAD, nothing < 2 {
            guard let result = unsafe PQgetResult(connection) else {
                nothing += 1
                continue
            }
            nothing = 0
            defer { unsafe PQclear(result) }
            guard unsafe PQresultStatus(result) == PGRES_FATAL_ERROR else { continue }
            let error = unsafe PostgresError(result: result, index: index)
            if error.code == .connectionLost { return error }
            if error.sqlState == nil { break }
        }
        if let failure = notices.failure { return failure.at(index) }
        return PostgresError(.connectionLost, message.isEmpty ? "the connection broke" : message, index: index)
    }
}
