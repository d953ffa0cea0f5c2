import CPostgreSQL

/// A session on a server, in pipeline mode. Every call blocks its thread until its deadline at most.
///
/// Concurrency: used by one thread at a time ("no two threads attempt to manipulate the same PGconn object at the same time",
/// https://www.postgresql.org/docs/15/libpq-threading.html); not Sendable. Never on the cooperative pool.
@safe package final class ServerConnection {
    /// Nil once closed.
    private(set) var handle: OpaquePointer?
    let notices = NoticeRecord()
    var parameters = ParameterBuffer()

    /// The process on the server, as it says; another than `pg_backend_pid()` behind a pooler. 0 once closed.
    package let backendPID: Int32
    /// 150018 for 15.18.
    package let serverVersion: Int

    /// Connects to the first server that lets us in, trying each address of each host in order.
    ///
    /// - Parameters:
    ///   - connectTimeout: for each address, from the first packet until the session can be used; the address of the database can say
    ///     another (`connect_timeout`). Looking up names has the resolver's own limits.
    ///   - applicationName: what `pg_stat_activity` shows, unless the address says another.
    /// - Throws: `connectionFailed` with the last server's reason, `timedOut` where none answered in time.
    package init(
        _ settings: ConnectionSettings, connectTimeout: Duration = .seconds(3), applicationName: String
    ) throws(PostgresError) {
        let opening = Opening(
            settings: settings, limit: settings.connectTimeout ?? connectTimeout, applicationName: applicationName, notices: notices)
        let connection = try unsafe opening.connect()
        unsafe handle = unsafe connection
        unsafe backendPID = PQbackendPID(connection)
        unsafe serverVersion = Int(PQserverVersion(connection))
    }

    deinit { close() }

    /// Whether the connection can be used as far as is known: a server that is gone is noticed by the next call.
    package var isOpen: Bool {
        guard let handle = unsafe handle else { return false }
        return unsafe PQstatus(handle) == CONNECTION_OK
    }

    /// A setting that the server reports by itself, as it is now: `server_encoding`, `in_hot_standby`, `TimeZone` (PQparameterStatus).
    package func parameter(_ name: String) -> String? {
        guard let handle = unsafe handle, let value = unsafe PQparameterStatus(handle, name) else { return nil }
        return unsafe String(cString: value)
    }

    /// Where the session stands in a transaction.
    package var transaction: TransactionStatus {
        guard let handle = unsafe handle else { return .unknown }
        return switch unsafe PQtransactionStatus(handle) {
        case PQTRANS_IDLE: .idle
        case PQTRANS_INTRANS: .open
        case PQTRANS_INERROR: .failed
        default: .unknown
        }
    }

    /// Asks the server from another thread to stop what this connection does; nil once closed.
    package func cancelHandle() -> CancelHandle? {
        guard let handle = unsafe handle, let cancel = unsafe PQgetCancel(handle) else { return nil }
        return unsafe CancelHandle(taking: cancel)
    }

    /// Ends the session; what is under way is rolled back. Never waits: what the socket does not take at once is not sent.
    package func close() {
        guard let connection = unsafe handle else { return }
        unsafe handle = nil
        unsafe PQfinish(connection)
    }
}
