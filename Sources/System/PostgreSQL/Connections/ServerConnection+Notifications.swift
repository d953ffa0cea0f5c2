import CPostgreSQL

extension ServerConnection {
    /// Returns the next notification, waiting for it until the time is over; nil then.
    ///
    /// Those that came during an exchange are kept and returned first. "NOTIFY … reaches a session that is in a transaction block only
    /// when that ends" (https://www.postgresql.org/docs/15/sql-notify.html).
    ///
    /// - Throws: `connectionLost`; the connection is closed then.
    package func notification(timeout: Duration) throws(PostgresError) -> Notification? {
        guard let connection = unsafe handle else { throw .closed }
        let deadline = Deadline(timeout)
        while true {
            if let notification = unsafe Self.next(connection) { return notification }
            if unsafe pq_tls_pending(connection) == 0 {
                guard unsafe deadline.wait(PQsocket(connection), writing: false) else { return nil }
            }
            guard unsafe PQconsumeInput(connection) == 1 else {
                let error = unsafe lost(connection, nil)
                close()
                throw error
            }
        }
    }

    @unsafe private static func next(_ connection: OpaquePointer) -> Notification? {
        guard let notify = unsafe PQnotifies(connection) else { return nil }
        defer { unsafe PQfreemem(notify) }
        return unsafe Notification(
            channel: String(cString: notify.pointee.relname), payload: notify.pointee.extra.map { unsafe String(cString: $0) } ?? "",
            pid: notify.pointee.be_pid)
    }
}
