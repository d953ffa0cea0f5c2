import Foundation
import GRDB
import TestSupport
import Values

/// `Tests/Fixtures/states/first`, brought to a state file of this test with receivers of its own.
struct FirstState {
    let bench: Workbench
    let facts: JSON
    /// Answers 200 to every delivery.
    let receiver: ScriptedReceiver
    /// Gives out `renewed-access-N` and hears revocations.
    let provider: ScriptedReceiver

    /// Where the state is when it is used: in the file that the first version wrote, or where `state copy` brought it.
    enum Place: String, CaseIterable {
        case itsFile, database, fileAgain

        /// PostgreSQL may be missing on a desk.
        static var atHand: [Place] { Peer.postgres.isExpected ? allCases : [.itsFile] }
    }

    /// Goes with the value.
    private let database: TestState?

    private static let folder = packageRoot + "/Tests/Fixtures/states/first"

    static func open(_ place: Place = .itsFile) async throws -> FirstState {
        let facts = try JSON(parsing: String(contentsOfFile: "\(folder)/facts.json", encoding: .utf8))
        let environment = (facts["environment"]?.object?.members ?? []).map { ($0.key, $0.value.string ?? "") }
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        let provider = try await ScriptedReceiver.start { request in
            guard request.path == "/token" else { return .respond(200) }
            let body: JSON = [
                "access_token": "renewed-access", "refresh_token": "renewed-refresh", "token_type": "Bearer", "expires_in": 3_600,
            ]
            return .respond(200, headers: [("content-type", "application/json")], body: body.utf8)
        }
        let database = place == .itsFile ? nil : TestState(in: TemporaryFolder(), on: .postgres)
        let copied = place == .database ? database.map { [("RECONCILE_STATE", $0.location)] } ?? [] : []
        let state = FirstState(
            bench: try Workbench(Dictionary(uniqueKeysWithValues: environment + copied), workspace: "first"), facts: facts,
            receiver: receiver, provider: provider, database: database)
        let bench = state.bench
        try bench.folder.write(try state.read("manifest.yaml"), to: "manifest.yaml")
        let original = place == .itsFile ? bench.state : bench.folder.file("first.sqlite")
        try state.load(into: original)
        if let database {
            // It is copied where no key is at hand.
            try await bench.succeed("state", "copy", original, database.location, environment: ["ENCRYPTION_KEY": ""])
            if place == .fileAgain {
                try await bench.succeed("state", "copy", database.location, bench.state, environment: ["ENCRYPTION_KEY": ""])
            }
        }
        return state
    }

    /// A key in clear, by its name.
    func key(_ name: String) throws -> String {
        guard let key = facts["keys"]?[name], let prefix = key["prefix"]?.string, let rest = key["rest"]?.string else {
            throw EndToEndError("there is no key `\(name)` in facts.json")
        }
        return "\(prefix)_\(rest)"
    }

    func fact(_ path: String...) throws -> String {
        guard let text = path.reduce(Optional(facts), { $0?[$1] })?.string else { throw EndToEndError("facts.json has no \(path)") }
        return text
    }

    func stop() async {
        await receiver.stop()
        await provider.stop()
    }

    /// A file of the fixture with the ports of this test.
    private func read(_ file: String) throws -> String {
        try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
            .replacing("127.0.0.1:47001", with: "127.0.0.1:\(receiver.port)").replacing(
                "127.0.0.1:47002", with: "127.0.0.1:\(provider.port)")
    }

    /// Makes the file from the dump, and moves the windows of limits, which end with their hour and day, to the present ones.
    private func load(into path: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let now = Int(Date().timeIntervalSince1970 * 1_000)
        try queue.inDatabase { database in
            try database.execute(sql: try read("state.sql"))
            for (span, length) in [("hour", 3_600_000), ("day", 86_400_000)] {
                try database.execute(
                    sql: "UPDATE limit_windows SET start = ? WHERE span = ?", arguments: [now - now % length, span])
            }
        }
        try queue.close()
    }
}
