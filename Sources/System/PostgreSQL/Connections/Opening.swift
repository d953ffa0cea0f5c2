import CPostgreSQL
import Glibc
import Values

/// Makes a connection by PQconnectStartParams and PQconnectPoll.
///
/// PQconnectdbParams would do the same but writes notices of the start-up to standard error, since no receiver can be set before, and
/// leaves the state of an error out of its text. "The connect_timeout connection parameter is ignored when using PQconnectPoll; it is the
/// application's responsibility" (https://www.postgresql.org/docs/15/libpq-connect.html), as are then the addresses of a name.
struct Opening {
    let settings: ConnectionSettings
    let limit: Duration
    let applicationName: String
    let notices: NoticeRecord

    /// A connection that is non-blocking and in pipeline mode.
    @unsafe func connect() throws(PostgresError) -> OpaquePointer {
        // `prefer-standby` is "first try to find a standby server, but if none of the listed hosts is a standby server, try again in any mode".
        let kinds = settings.sessionKind == "prefer-standby" ? ["standby", "any"] : [settings.sessionKind]
        var failure: PostgresError?
        for kind in kinds {
            for server in settings.servers {
                do throws(PostgresError) {
                    for address in try Self.addresses(of: server) {
                        do throws(PostgresError) { return try unsafe connect(server, address, kind) } catch {
                            failure = Self.worse(failure, error)
                        }
                    }
                } catch { failure = Self.worse(failure, error) }
            }
        }
        throw failure ?? PostgresError(.connectionFailed, "no server to connect to")
    }

    /// The reason that says more: one with a state, then one of a server that answered.
    private static func worse(_ one: PostgresError?, _ other: PostgresError) -> PostgresError {
        guard let one else { return other }
        if one.sqlState != nil, other.sqlState == nil { return one }
        return one.code == .connectionFailed && other.code == .timedOut ? one : other
    }

    @unsafe private func connect(_ server: ServerAddress, _ address: String, _ kind: String) throws(PostgresError) -> OpaquePointer {
        var parameters = settings.parameters
        parameters["host"] = server.host.isEmpty ? nil : server.host
        parameters["hostaddr"] = address.isEmpty ? nil : address
        parameters["port"] = "\(server.port)"
        parameters["target_session_attrs"] = kind
        parameters["application_name"] = parameters["application_name"] ?? applicationName
        parameters["fallback_application_name"] = applicationName
        let list = Array(parameters)
        let started = unsafe Self.withStrings(list.map(\.key)) { keywords in
            unsafe Self.withStrings(list.map(\.value)) { values in unsafe PQconnectStartParams(keywords, values, 0) }
        }
        guard let connection = unsafe started else { throw PostgresError(.connectionFailed, "out of memory") }
        unsafe notices.receive(from: connection)
        // The text of a refusal then has its state: a failed connection has no result to ask for fields.
        unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        do throws(PostgresError) {
            try unsafe finish(connection)
            return unsafe connection
        } catch {
            unsafe PQfinish(connection)
            throw error
        }
    }

    @unsafe private func finish(_ connection: OpaquePointer) throws(PostgresError) {
        let deadline = Deadline(limit)
        guard unsafe PQstatus(connection) != CONNECTION_BAD else { throw unsafe Self.failure(connection) }
        // "If you have yet to call PQconnectPoll … behave as if it last returned PGRES_POLLING_WRITING."
        var isWriting = true
        while true {
            guard unsafe deadline.wait(PQsocket(connection), reading: !isWriting, writing: isWriting) else {
                let host = unsafe PQhost(connection).map { unsafe String(cString: $0) } ?? ""
                throw PostgresError(.timedOut, "the server at \(host) did not let us in within \(limit)")
            }
            switch unsafe PQconnectPoll(connection) {
            case PGRES_POLLING_OK:
                unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
                guard unsafe PQsetnonblocking(connection, 1) == 0, unsafe PQenterPipelineMode(connection) == 1 else {
                    throw PostgresError(.connectionFailed, unsafe String(libpq: PQerrorMessage(connection)))
                }
                return
            case PGRES_POLLING_READING: isWriting = false
            case PGRES_POLLING_WRITING: isWriting = true
            default: throw unsafe Self.failure(connection)
            }
        }
    }

    /// The reason of a connection that was not made, from `… failed: FATAL:  28P01: password authentication failed …`, the form that
    /// libpq gives an error in verbose mode; what follows the first line is where in the server's source it was made.
    @unsafe private static func failure(_ connection: OpaquePointer) -> PostgresError {
        let text = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? ""
        for line in text.split(separator: "\n") {
            let bytes = Array(line.utf8)
            for index in bytes.indices where bytes[index...].starts(with: ":  ".utf8) {
                let state = bytes[(index + 3)...].prefix(5)
                guard state.count == 5, state.allSatisfy(isStateCharacter), bytes[(index + 8)...].starts(with: ": ".utf8) else { continue }
                let message =
                    String(decoding: bytes[...index], as: UTF8.self) + " " + String(decoding: bytes[(index + 10)...], as: UTF8.self)
                return PostgresError(.connectionFailed, message, sqlState: String(decoding: state, as: UTF8.self))
            }
        }
        return PostgresError(.connectionFailed, unsafe String(libpq: PQerrorMessage(connection)))
    }

    private static func isStateCharacter(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit || byte.isASCIIUppercase
    }

    /// Where to connect for a server, each to have a time of its own; an empty one leaves it to libpq, for a Unix socket.
    private static func addresses(of server: ServerAddress) throws(PostgresError) -> [String] {
        if server.isSocket || !server.address.isEmpty { return [server.address] }
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(server.host, nil, &hints, &first)
        guard status == 0 else {
            throw PostgresError(.connectionFailed, "no address of \(server.host) is known: \(unsafe String(cString: gai_strerror(status)))")
        }
        defer { unsafe freeaddrinfo(first) }
        var addresses: [String] = []
        var next = unsafe first
        while let entry = unsafe next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(text.count)
            if unsafe getnameinfo(entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0 {
                addresses.append(unsafe text.withUnsafeBufferPointer { unsafe $0.baseAddress.map { unsafe String(cString: $0) } ?? "" })
            }
            unsafe next = unsafe entry.pointee.ai_next
        }
        return addresses
    }

    /// Calls the body with the texts as C has them: an array of pointers with a nil at its end.
    @unsafe private static func withStrings<Value>(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
        var bytes: [CChar] = []
        var starts: [Int] = []
        for text in texts {
            starts.append(bytes.count)
            bytes.append(contentsOf: text.utf8.map { CChar(bitPattern: $0) })
            bytes.append(0)
        }
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            let pointers = unsafe starts.map { start in unsafe buffer.baseAddress.map { unsafe $0 + start } }
            return unsafe body(pointers + [nil])
        }
    }
}
