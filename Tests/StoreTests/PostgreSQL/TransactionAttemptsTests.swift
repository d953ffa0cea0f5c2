import PostgreSQL
import Testing

@testable import Store

/// What a transaction's runner decides after each failure; the faults themselves are in `Faults`.
struct TransactionAttemptsTests {
    private let start = ContinuousClock.now
    private static let lost = LinkFailure(PostgresError(.connectionLost, "cut"), request: nil, sql: nil, isConnectionLost: true)
    private static let unconnected = LinkFailure(connecting: PostgresError(.connectionFailed, "refused"))

    private static func server(_ state: String) -> LinkFailure {
        LinkFailure(PostgresError(.server, "no", sqlState: state), request: 0, sql: nil)
    }

    private func first(_ failure: LinkFailure, isRefused: Bool = false, isUnanswered: Bool = false) -> TransactionAttempts.Step {
        var attempts = TransactionAttempts()
        return attempts.next(after: failure, isRefused: isRefused, isUnanswered: isUnanswered, at: start)
    }

    @Test func `what was not committed runs again only where that may help`() {
        #expect(first(Self.lost) == .again)
        #expect(first(Self.unconnected) == .fail)
        for state in ["40001", "40P01", "57P01", "57P02", "57P03"] { #expect(first(Self.server(state)) == .again, "\(state)") }
        for state in ["0A000", "26000", "42P05"] { #expect(first(Self.server(state)) == .prepareAnew, "\(state)") }
        for state in ["23505", "55P03", "57014", "53100", "53300", "25006", "25P02", "42501", "42P01"] {
            #expect(first(Self.server(state)) == .fail, "\(state)")
        }
        #expect(first(Self.server("23502"), isRefused: true) == .ask)
    }

    @Test func `an unanswered commit is sought through every other failure, for ten seconds`() {
        for failure in [Self.lost, Self.unconnected] + ["55P03", "57014", "53300", "25006", "40001", "57P03"].map(Self.server) {
            var attempts = TransactionAttempts()
            #expect(attempts.next(after: failure, isRefused: false, isUnanswered: true, at: start) == .again)
            for number in 1..<200 {
                #expect(
                    attempts.next(after: failure, isRefused: false, isUnanswered: true, at: start + .milliseconds(number * 49)) == .again)
            }
            #expect(attempts.next(after: failure, isRefused: false, isUnanswered: true, at: start + .seconds(10)) == .unknown)
            #expect(attempts.end == start + .seconds(10))
        }
        #expect(first(Self.server("23502"), isRefused: true, isUnanswered: true) == .ask)
    }

    @Test func `once the row is taken again a failure is a failure, and time is not given twice`() {
        var attempts = TransactionAttempts()
        #expect(attempts.next(after: Self.lost, isRefused: false, isUnanswered: true, at: start) == .again)
        // The earlier run was undone; this one hits a constraint.
        #expect(attempts.next(after: Self.server("23505"), isRefused: false, isUnanswered: false, at: start + .seconds(1)) == .fail)
        #expect(attempts.next(after: Self.lost, isRefused: false, isUnanswered: true, at: start + .seconds(9)) == .again)
        #expect(attempts.next(after: Self.lost, isRefused: false, isUnanswered: true, at: start + .seconds(11)) == .unknown)
    }

    @Test func `runs that others undo end after six, and those that must be prepared anew after three`() {
        var attempts = TransactionAttempts()
        let steps = (0..<6).map { _ in
            attempts.next(after: Self.server("40P01"), isRefused: false, isUnanswered: false, at: start)
        }
        #expect(steps == [.again, .again, .again, .again, .again, .fail])
        var other = TransactionAttempts()
        let others = (0..<3).map { _ in other.next(after: Self.server("0A000"), isRefused: false, isUnanswered: false, at: start) }
        #expect(others == [.prepareAnew, .prepareAnew, .fail])
    }

    @Test func `an answer that cannot be read counts as lost where the connection ended with it`() {
        let error = PostgresError(.protocolViolation, "garbage")
        #expect(LinkFailure(error, request: nil, sql: nil, isConnectionLost: true).kind == .lost)
        #expect(LinkFailure(error, request: nil, sql: nil).kind == .final)
    }

    @Test func `the writer's row tells the committed run from the one that was undone and from another's`() {
        let seat = WriterSeat(node: "n", lane: 0)
        seat.register(batch: 4)
        #expect(seat.verdict(epoch: 1, batch: 5, isUnanswered: true) == .committed)
        // Fenced after its commit: it is committed all the same.
        #expect(seat.verdict(epoch: 2, batch: 5, isUnanswered: true) == .committed)
        #expect(seat.verdict(epoch: 1, batch: 4, isUnanswered: true) == .undone)
        #expect(seat.verdict(epoch: 2, batch: 4, isUnanswered: true) == .replaced)
        #expect(seat.verdict(epoch: 1, batch: 5, isUnanswered: false) == .replaced)
        #expect(seat.verdict(epoch: 1, batch: 3, isUnanswered: true) == .replaced)
        #expect(seat.verdict(epoch: 1, batch: 6, isUnanswered: true) == .replaced)
    }

    @Test func `a transaction that was given up may turn out to be committed, and the next one goes on from there`() {
        let seat = WriterSeat(node: "n", lane: 0)
        seat.register(batch: 4)
        seat.leaveUndecided()
        #expect(seat.verdict(epoch: 1, batch: 5, isUnanswered: false) == .undone)
        #expect(seat.batch == 5)
        #expect(!seat.isUndecided)
        #expect(seat.verdict(epoch: 1, batch: 6, isUnanswered: false) == .replaced)
        seat.leaveUndecided()
        #expect(seat.verdict(epoch: 2, batch: 6, isUnanswered: false) == .replaced)
    }
}
