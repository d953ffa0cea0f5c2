import Foundation
import PostgreSQL

extension PostgresLink {
    /// How long a transaction is tried again while the server cannot be reached, to learn whether it was committed.
    private static let longestResolution: Duration = .seconds(10)
    /// Attempts of a transaction that others' transactions undo.
    private static let maximumAttempts = 6

    /// Runs reads on one snapshot; again, on a new connection, where the old one turns out to be gone.
    func read<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        var attempts = 0
        while true {
            attempts += 1
            let connection = PostgresConnection(self, opening: readingOpening)
            do {
                let value = try body(connection)
                try connection.commit()
                return value
            } catch {
                connection.rollback()
                guard let failure = connection.failure else { throw error }
                switch failure.kind {
                case .lost where attempts < 3 && !failure.isUnconnected: continue
                case .repeatable where attempts < Self.maximumAttempts: pause(attempts)
                case .stalePlan where attempts < 3: try? forgetPrepared()
                default: throw error
                }
            }
        }
    }

    /// Runs one transaction and returns once it is known to be committed.
    ///
    /// The body runs again where nothing of it can have been committed, and its value is given out only when its own run is known to be.
    func write<Value>(_ isolation: Isolation, _ body: (any Connection) throws -> Value) throws -> Value {
        guard let seat else { preconditionFailure("a link that only reads was asked to write") }
        /// The value of a run whose COMMIT was sent and not answered.
        var unanswered: Value?
        var attempts = 0
        let start = ContinuousClock.now
        while true {
            attempts += 1
            let connection: PostgresConnection
            do {
                connection = PostgresConnection(self, opening: try opening(isolation, seat))
            } catch {
                // Nothing was sent: what is unanswered stays so.
                guard unanswered != nil, error.kind == .lost, start.duration(to: .now) < Self.longestResolution else {
                    throw unanswered == nil ? StoreError(error, address: origin.address) : unknown(error)
                }
                pause(attempts)
                continue
            }
            do {
                let value = try body(connection)
                do {
                    try connection.commit()
                } catch {
                    if connection.isCommitUnanswered { unanswered = value }
                    throw error
                }
                seat.commit()
                return value
            } catch {
                connection.rollback()
                guard let failure = connection.failure else { throw error }
                if connection.isRefusedByGuard {
                    guard let value = try settle(unanswered, seat, failure) else { continue }
                    return value
                }
                switch failure.kind {
                case .lost:
                    guard start.duration(to: .now) < Self.longestResolution, unanswered != nil || !failure.isUnconnected, attempts < 100
                    else { throw unanswered == nil ? error : unknown(failure) }
                    pause(attempts)
                case .repeatable where attempts < Self.maximumAttempts: pause(attempts)
                case .stalePlan where attempts < 3: try? forgetPrepared()
                // Somebody else holds the row: the old session, most likely, which is about to end.
                case .final where unanswered != nil && failure.error.sqlState == "55P03": throw unknown(failure)
                default: throw error
                }
            }
        }
    }

    /// Runs one transaction without the writer's row, which is not there before the schema is; its COMMIT is not resolved: a
    /// transaction of this kind can be done again.
    func transact<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        let connection = PostgresConnection(self, opening: PostgresConnection.Opening(requests: [.control("BEGIN")] + localSettings))
        do {
            let value = try body(connection)
            try connection.commit()
            return value
        } catch {
            connection.rollback()
            throw error
        }
    }

    private var readingOpening: PostgresConnection.Opening {
        PostgresConnection.Opening(requests: [.control("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")] + localSettings)
    }

    /// What stands at the beginning of a writing transaction; makes the writer's row first, where this is the link's first.
    private func opening(_ isolation: Isolation, _ seat: WriterSeat) throws(LinkFailure) -> PostgresConnection.Opening {
        if !seat.isRegistered {
            _ = try exchange([seat.registration])
            seat.isRegistered = true
        }
        var opening = PostgresConnection.Opening(requests: [.control("BEGIN")] + localSettings)
        opening.guardPosition = opening.requests.count
        opening.requests.append(seat.guardian)
        if isolation == .exclusive {
            opening.requests.append(Request(sql: "SELECT serial, key_serial FROM state WHERE id = 1 FOR UPDATE"))
        }
        return opening
    }

    /// Decides what the guard's refusal means: the value of the committed run, or nil to run again.
    private func settle<Value>(_ unanswered: Value?, _ seat: WriterSeat, _ failure: LinkFailure) throws -> Value? {
        let reply: Reply
        do {
            reply = try exchange([seat.question])[0]
        } catch {
            throw unanswered == nil ? StoreError(error, address: origin.address) : unknown(error)
        }
        guard let rows = reply.rows, rows.count == 1 else { throw replaced() }
        let (epoch, batch) = (try rows.int(row: 0, column: 0), try rows.int(row: 0, column: 1))
        if batch == Int64(seat.batch) + 1, let unanswered {
            seat.commit()
            return unanswered
        }
        // The row is as this writer knows it: it was another session of the same writer that held it.
        guard epoch == Int64(seat.epoch), batch == Int64(seat.batch) else { throw replaced() }
        return nil
    }

    private func replaced() -> StoreError {
        StoreError(
            code: .fenced,
            message:
                "another process has taken this one's place on the state \(origin.address), or the database was put back to an earlier time; start again"
        )
    }

    private func unknown(_ failure: LinkFailure) -> StoreError {
        StoreError(
            code: .unavailable,
            message:
                "the state's database \(origin.address) did not say whether it committed, and cannot be asked: \(failure.error.message); what was asked for may have been done"
        )
    }

    /// 5 to 50 ms, longer from attempt to attempt, and not in step with others.
    private func pause(_ attempts: Int) {
        let longest = Double(min(50, 5 * attempts))
        Thread.sleep(forTimeInterval: Double.random(in: longest / 2...longest) / 1_000)
    }
}
