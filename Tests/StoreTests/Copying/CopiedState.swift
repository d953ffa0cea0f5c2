import Foundation
import TestSupport
import Testing

@testable import Store

/// A state to copy from or to, in a folder or a database of its own.
struct CopiedState {
    let folder = TemporaryFolder("copy")
    let state: TestState
    let engine: TestState.Engine

    /// Nothing is there yet.
    init(on engine: TestState.Engine) {
        self.engine = engine
        state = TestState(in: folder, on: engine)
    }

    var location: String { state.location }

    /// The state that the first version wrote, brought to the current schema, with rows and values that came with later ones: every
    /// table has rows.
    static func full(on engine: TestState.Engine = .sqlite) async throws -> CopiedState {
        let file = CopiedState(on: .sqlite)
        try file.state.sql(String(contentsOfFile: "\(packageRoot)/Tests/Fixtures/states/first/state.sql", encoding: .utf8))
        try Store(state: file.location, mode: .existing, keyring: nil).close()
        try file.state.sql(
            """
            UPDATE events SET answer = '{"id": "x"}' WHERE id = (SELECT min(id) FROM events);
            UPDATE deliveries SET attempts_before = 2, claim = '7-1' WHERE id = (SELECT min(id) FROM deliveries WHERE status = 'PENDING');
            UPDATE revisions SET rollback_of = 1 WHERE revision = 3;
            UPDATE limit_windows SET given = 3;
            UPDATE state SET canary = x'00ff00';
            UPDATE revocations SET request = x'';
            INSERT INTO logs (id, workspace, webhook_id, level, action, message, actor, at)
            VALUES (9000000001, 'Grüße 🎉', 'wh_1', 'info', 'looked', '', NULL, -9223372036854775808),
                (9000000000, 'e' || char(769), NULL, 'error', 'x''y"z', char(9, 10, 13, 1), '0', 9223372036854775807);
            """)
        guard engine != .sqlite else { return file }
        let database = CopiedState(on: engine)
        #expect(try await copy(file, to: database).isEqual)
        return database
    }

    static func copy(
        _ source: CopiedState, to target: CopiedState, pages: StateCopy.Pages = StateCopy.Pages(),
        progress: (CopyProgress) throws -> Void = { _ in }
    ) async throws -> CopyReport {
        let source = try Store(state: source.location, mode: .existing, keyring: nil)
        defer { source.close() }
        let target = try Store(state: target.location, mode: .copyTarget, keyring: nil)
        defer { target.close() }
        var copy = StateCopy(from: source, to: target)
        copy.pages = pages
        return try await copy.run(progress: progress)
    }

    /// Why whoever wants to use it is refused; nil where nobody is.
    func refusal() -> StoreError.Code? {
        do {
            try Store(state: location, mode: .existing, keyring: nil).close()
            return nil
        } catch {
            return error.code
        }
    }

    /// All rows but those of processes, as `sqlite3` writes them.
    func rows() throws -> [String] {
        try state.sql(".dump").split(separator: "\n").map(String.init).filter { line in
            line.hasPrefix("INSERT INTO") && !["writers", "leases"].contains { line.hasPrefix("INSERT INTO \($0) ") }
        }.map { $0.replacing("INSERT INTO \"", with: "INSERT INTO ").replacing("\" VALUES", with: " VALUES") }.sorted()
    }
}
