import PostgreSQL
import Testing

@testable import Store

/// What callers are told of what PostgreSQL reports.
struct LinkFailureTests {
    private let address: DatabaseAddress

    init() throws { address = try DatabaseAddress("postgres://ann:secret@127.0.0.1:5432/state") }

    private static let refusals: [(String?, StoreError.Code)] = [
        ("28P01", .inaccessible), ("28000", .inaccessible), ("3D000", .inaccessible), ("42501", .inaccessible), ("53300", .unavailable),
        ("57P03", .unavailable), ("08P01", .unavailable), (nil, .unavailable),
    ]

    @Test(arguments: refusals)
    func `a refused connection is to be mended where it stays refused, and else to be tried again`(state: String?, code: StoreError.Code) {
        let error = StoreError(
            LinkFailure(connecting: PostgresError(.connectionFailed, "no way in", sqlState: state)), address: address)
        #expect(error.code == code)
        #expect(error.message.contains("no way in"))
        #expect(error.message.contains("postgres://ann@127.0.0.1:5432/state"))
        #expect(!error.message.contains("secret"))
    }

    @Test(arguments: [
        ("55P03", StoreError.Code.locked), ("40001", .locked), ("40P01", .locked), ("53100", .full), ("53200", .unavailable),
        ("53300", .unavailable), ("25006", .unavailable), ("57014", .unavailable), ("57P01", .unavailable), ("42501", .inaccessible),
        ("23505", .constraint), ("23502", .constraint), ("42P01", .notAState), ("42703", .notAState), ("XX001", .notAState),
        ("25P02", .database), ("22021", .database),
    ])
    func `a refused statement is sorted by what the caller can do`(state: String, code: StoreError.Code) {
        let failure = LinkFailure(PostgresError(.server, "no", sqlState: state), request: 0, sql: "SELECT 1")
        #expect(StoreError(failure, address: address).code == code)
    }

    @Test func `a server older than 15 is refused with its version`() throws {
        let error = #expect(throws: StoreError.self) { try PostgresMigration.checkServer(140_019, address: address) }
        #expect(error?.code == .inaccessible)
        #expect(error?.message.contains("PostgreSQL 14, and 15 or newer is needed") == true)
        try PostgresMigration.checkServer(150_000, address: address)
        try PostgresMigration.checkServer(170_002, address: address)
    }
}
