import Foundation
import PostgreSQL
import Synchronization

extension PostgresLink {
    /// Runs reads on one snapshot; again, on a new connection, where the old one turns out to be gone.
    func read<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        var attempts = TransactionAttempts()
        while true {
            try open()
            let connection = PostgresConnection(self, opening: readingOpening)
            do {
                let value = try body(connection)
                // What was read is so, whatever becomes of the connection.
                do { try connection.commit() } catch { connection.rollback() }
                return value
            } catch {
                connection.rollback()
                guard let failure = connection.failure else { throw error }
                switch attempts.next(after: failure, isRefused: false, isUnanswered: false, at: .now) {
                case .again: pause(attempts.failed)
                case .prepareAnew: forgetPrepared()
                case .ask, .fail, .unknown: throw error
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
        var attempts = TransactionAttempts()
        defer { end = nil }
        while true {
            var connection: PostgresConnection?
            let failure: LinkFailure
            let reason: any Error
            do {
                try register(seat)
                let running = PostgresConnection(self, opening: opening(isolation, seat))
                connection = running
                if unanswered != nil || seat.isUndecided {
                    // The writer's row alone first: once it takes the number again, the earlier run was undone.
                    try running.begin()
                    unanswered = nil
                    end = nil
                    seat.decide()
                }
                let value = try body(running)
                do {
                    try running.commit()
                } catch {
                    if running.isCommitUnanswered { unanswered = value }
                    throw error
                }
                seat.commit()
                return value
            } catch let error as LinkFailure {
                (failure, reason) = (error, StoreError(error, address: origin.address))
            } catch {
                connection?.rollback()
                guard let cause = connection?.failure else { throw error }
                (failure, reason) = (cause, error)
            }
            switch attempts.next(
                after: failure, isRefused: connection?.isRefusedByGuard ?? false, isUnanswered: unanswered != nil, at: .now)
            {
            case .again: pause(attempts.failed)
            case .prepareAnew: forgetPrepared()
            case .ask:
                switch verdict(seat, isUnanswered: unanswered != nil) {
                case .success(.committed):
                    guard let value = unanswered else { preconditionFailure("a run that nobody waits for was committed") }
                    seat.commit()
                    return value
                case .success(.replaced): throw replaced()
                case .failure(let error) where unanswered == nil: throw StoreError(error, address: origin.address)
                case .success(.undone), .failure: pause(attempts.failed)
                }
            case .fail: throw reason
            case .unknown:
                seat.leaveUndecided()
                throw unknown(failure)
            }
            end = attempts.end
        }
    }

    /// Runs one transaction without the writer's row, which is not there before the schema is; its COMMIT is not resolved: a
    /// transaction of this kind can be done again.
    func transact<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        try open()
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

    /// Opens the connection first, so that it is known what a transaction begins with.
    private func open() throws(StoreError) {
        do { try connect() } catch { throw StoreError(error, address: origin.address) }
    }

    /// Makes the writer's row where this is the link's first transaction.
    private func register(_ seat: WriterSeat) throws(LinkFailure) {
        try connect()
        guard !seat.isRegistered else { return }
        let results = try exchange([seat.registration(isFirst: !origin.hasRegistered.load(ordering: .relaxed)), seat.question])
        origin.hasRegistered.store(true, ordering: .relaxed)
        do throws(PostgresError) {
            let found = results[1].rows.flatMap { $0.count == 1 ? $0 : nil }
            seat.register(batch: Int(try found?.int(row: 0, column: 1) ?? 0))
        } catch {
            throw LinkFailure(error, request: 1, sql: seat.question.sql)
        }
    }

    /// What stands at the beginning of a writing transaction.
    private func opening(_ isolation: Isolation, _ seat: WriterSeat) -> PostgresConnection.Opening {
        var opening = PostgresConnection.Opening(requests: [.control("BEGIN")] + localSettings)
        opening.guardPosition = opening.requests.count
        opening.requests.append(seat.guardian)
        if isolation == .exclusive {
            // Not FOR UPDATE, which would wait for everyone who seals (`sealingKeyring`), and they for it.
            opening.requests.append(Request(sql: "SELECT serial, key_serial FROM state WHERE id = 1 FOR NO KEY UPDATE"))
        }
        return opening
    }

    /// Asks the writer's row why it refused a transaction.
    private func verdict(_ seat: WriterSeat, isUnanswered: Bool) -> Result<WriterSeat.Verdict, LinkFailure> {
        do throws(LinkFailure) {
            guard let rows = try exchange([seat.question])[0].rows, rows.count == 1 else { return .success(.replaced) }
            do throws(PostgresError) {
                let (epoch, batch) = (try rows.int(row: 0, column: 0), try rows.int(row: 0, column: 1))
                return .success(seat.verdict(epoch: Int(epoch), batch: Int(batch), isUnanswered: isUnanswered))
            } catch {
                return .failure(LinkFailure(error, request: 0, sql: seat.question.sql))
            }
        } catch {
            return .failure(error)
        }
    }

    private func replaced() -> StoreError {
        StoreError(
            code: .fenced,
            message:
                "another process has taken this one's place on the state \(origin.address), or the database was replaced or put back to an earlier time; start again"
        )
    }

    private func unknown(_ failure: LinkFailure) -> StoreError {
        StoreError(
            code: .unavailable, isUndecided: true,
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
