import PostgreSQL

/// Why an exchange came to nothing, and at which of its requests.
struct LinkFailure: Error, Sendable {
    let error: PostgresError
    /// The request that the server refused; nil where none is known.
    let request: Int?
    let sql: SQL?
    /// Whether no connection came about, so that nothing was sent.
    let isUnconnected: Bool
    /// Whether the connection ended with it, so that what was sent may have been done.
    let isConnectionLost: Bool

    init(_ error: PostgresError, request: Int?, sql: SQL?, isConnectionLost: Bool = false) {
        self.error = error
        self.request = request
        self.sql = sql
        self.isConnectionLost = isConnectionLost
        isUnconnected = false
    }

    init(connecting error: PostgresError) {
        self.error = error
        request = nil
        sql = nil
        isConnectionLost = false
        isUnconnected = true
    }

    /// What the transaction's runner does about it.
    enum Kind {
        /// The connection is gone: what was sent may have been done.
        case lost
        /// Nothing was done, and it may succeed when it is done again: serialization failure, deadlock.
        case repeatable
        /// Nothing was done: a prepared statement's result has changed its columns, or the session no longer knows the statement.
        case stalePlan
        case final
    }

    var kind: Kind {
        switch error.code {
        case _ where isConnectionLost: return .lost
        case .connectionFailed, .connectionLost, .timedOut: return .lost
        case .settings, .decoding, .protocolViolation: return .final
        case .server: break
        }
        return switch error.sqlState {
        case "40001", "40P01": .repeatable
        case "0A000", "26000", "42P05": .stalePlan
        case "57P01", "57P02", "57P03": .lost
        default: .final
        }
    }
}

extension StoreError {
    /// Sorts what PostgreSQL reports (https://www.postgresql.org/docs/current/errcodes-appendix.html) by what a caller can do about it.
    init(_ failure: LinkFailure, address: DatabaseAddress) {
        let reason = failure.error.message
        let sql = failure.sql.map { " in `\($0.text.prefix(80))`" } ?? ""
        func make(_ code: Code, _ message: String) -> StoreError { StoreError(code: code, message: message) }
        switch failure.error.code {
        case .settings:
            self = make(.inaccessible, "the address of the state's database cannot be used: \(reason)")
            return
        case .connectionFailed:
            self = Self.unconnected(failure.error, address: address)
            return
        case .connectionLost, .timedOut:
            self = make(.unavailable, "the connection to the state's database \(address) was lost: \(reason)")
            return
        case .decoding, .protocolViolation:
            self = make(.database, "the state's database \(address) answered what cannot be read: \(reason)\(sql)")
            return
        case .server: break
        }
        let state = failure.error.sqlState ?? ""
        switch state {
        case "55P03", "40001", "40P01":
            self = StoreError(
                code: .locked, isContention: true,
                message: "the state \(address) is locked by another process; wait for it to finish and try again")
        case "53100":
            self = make(.full, "the disk of the state's database \(address) is full; nothing was written")
        case "25006":
            self = make(
                .unavailable,
                "the state's database \(address) takes no writes: it is a standby, or read only; name the primary with --state")
        case "42P01", "42703", "3F000", "42P10", "XX001", "XX002":
            self = make(.notAState, "the state \(address) is damaged, or no state of this program: \(reason)\(sql)")
        case "42501":
            self = make(.inaccessible, "the state's database \(address) does not let this role do that: \(reason)\(sql)")
        case "57014":
            self = StoreError(
                code: .unavailable, isContention: true,
                message: "the state's database \(address) ended a statement that took too long\(sql)")
        case _ where state.hasPrefix("23"):
            self = make(.constraint, "a constraint of the state refused the write: \(reason)\(sql)")
        case _ where state.hasPrefix("53") || state.hasPrefix("57") || state.hasPrefix("08"):
            self = make(.unavailable, "the state's database \(address) cannot serve at present: \(reason)")
        default:
            self = make(.database, "the state's database \(address) answered \(state): \(reason)\(sql)")
        }
    }

    /// Why no server let us in: what is wrong with the address or its role stays so until somebody mends it.
    private static func unconnected(_ error: PostgresError, address: DatabaseAddress) -> StoreError {
        let reason = error.message
        switch error.sqlState {
        case let state? where state.hasPrefix("28"):
            return StoreError(
                code: .inaccessible,
                message: "the state's database \(address) does not let this role in: \(reason); check user and password of --state")
        case "3D000":
            return StoreError(
                code: .inaccessible,
                message:
                    "the state's database \(address) does not exist: \(reason); make it with CREATE DATABASE, or name another with --state"
            )
        case "42501":
            return StoreError(
                code: .inaccessible,
                message: "the state's database \(address) does not let this role in: \(reason); grant it CONNECT on the database")
        default:
            return StoreError(code: .unavailable, message: "the state's database \(address) cannot be reached: \(reason)")
        }
    }
}
