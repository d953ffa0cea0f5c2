import Foundation
import TestSupport
import Testing
import Values

/// Golden transcripts: `Tests/Fixtures/transcripts/NOUN/CASE/script` and what came of it, against the built program over real sockets.
///
/// RECORD=1 writes them anew, and fails so that nobody forgets to look at them.
struct TranscriptTests {
    private static let root = packageRoot + "/Tests/Fixtures/transcripts"

    /// One group a noun; within a group one case after the other.
    static var nouns: [String] { folders(in: root) }

    /// What answers show and the OpenAPI document does not name, to be mended; an entry that no longer holds is a failure too.
    private static let undeclared: Set<String> = []

    @Test(arguments: nouns)
    func `every operation and command answers as recorded`(noun: String) async throws {
        for name in Self.folders(in: "\(Self.root)/\(noun)") {
            let folder = "\(Self.root)/\(noun)/\(name)"
            do {
                // Limits are counted by the hour and the day.
                try await waitOutHourEdge(15)
                let script = try Script(parsing: String(contentsOfFile: "\(folder)/script", encoding: .utf8))
                let transcript = try await ScriptRun().transcript(of: script)
                if ProcessInfo.processInfo.environment["RECORD"] == "1" {
                    try Data(transcript.utf8).write(to: URL(fileURLWithPath: "\(folder)/transcript"))
                    Issue.record("recorded \(noun)/\(name)")
                }
                let recorded = (try? String(contentsOfFile: "\(folder)/transcript", encoding: .utf8)) ?? ""
                if transcript != recorded { Issue.record("\(noun)/\(name): \(Self.difference(recorded, transcript))") }
            } catch {
                Issue.record("\(noun)/\(name): \(error)")
            }
        }
    }

    @Test func `the transcripts show every operation and every command, done and refused`() async throws {
        let exchanges = try Self.transcripts().flatMap(\.exchanges)
        var shown: [String: Set<Int>] = [:]
        let operations = Operation.all(in: try await Self.document())
        for exchange in exchanges {
            if let operation = Self.operation(of: exchange, among: operations) {
                shown[operation.title, default: []].insert(exchange.status)
            }
        }
        #expect(operations.count > 40)
        for operation in operations {
            let statuses = shown[operation.title] ?? []
            #expect(statuses.contains { $0 < 400 }, "\(operation.title) is done in no transcript")
            if operation.canBeRefused { #expect(statuses.contains { (400..<500).contains($0) }, "\(operation.title) is refused in none") }
        }
        let runs = try Self.transcripts().flatMap(\.runs)
        let commands = try await Self.commands()
        #expect(commands.count > 25)
        for command in commands {
            let exits = runs.filter { $0.words.starts(with: command) }.map(\.exit)
            #expect(exits.contains(0), "`reconcile \(command.joined(separator: " "))` succeeds in no transcript")
            #expect(exits.contains { $0 != 0 }, "`reconcile \(command.joined(separator: " "))` fails in no transcript")
        }
    }

    @Test func `the OpenAPI document names every status and every field that the transcripts show`() async throws {
        let operations = Operation.all(in: try await Self.document())
        var found: [String: String] = [:]
        for exchange in try Self.transcripts().flatMap(\.exchanges) {
            guard let operation = Self.operation(of: exchange, among: operations) else {
                // What no operation takes is refused as such.
                if ![404, 405].contains(exchange.status) {
                    found["\(exchange.method) \(exchange.path): \(exchange.status)"] = exchange.place
                }
                continue
            }
            for problem in operation.undeclared(in: exchange) { found[problem] = exchange.place }
        }
        for (problem, place) in found.sorted(by: { $0.key < $1.key }) where !Self.undeclared.contains(problem) {
            Issue.record("not in the document: \(problem) (\(place))")
        }
        for problem in Self.undeclared.subtracting(found.keys).sorted() { Issue.record("declared by now: \(problem)") }
    }

    private static func operation(of exchange: Transcript.Exchange, among operations: [Operation]) -> Operation? {
        operations.filter { $0.method == exchange.method }.compactMap { operation in
            operation.literalSegments(of: exchange.path).map { (operation, $0) }
        }.max { $0.1 < $1.1 }?.0
    }

    private static func transcripts() throws -> [Transcript] {
        try nouns.flatMap { noun in
            try folders(in: "\(root)/\(noun)").map { name in
                Transcript(
                    parsing: try String(contentsOfFile: "\(root)/\(noun)/\(name)/transcript", encoding: .utf8), place: "\(noun)/\(name)")
            }
        }
    }

    /// What the built program says of itself.
    private static func document() async throws -> JSON {
        let runtime = try await Workbench().serve(within: .seconds(20))
        let document = try await runtime.anybody.get("/openapi.json").expect(200).json
        try await runtime.stop()
        return document
    }

    /// The commands that do something, as words behind `reconcile`.
    private static func commands() async throws -> [[String]] {
        func leaves(_ command: JSON, _ path: [String]) -> [[String]] {
            let subcommands = command["subcommands"]?.array ?? []
            guard !subcommands.isEmpty else { return [path] }
            return subcommands.flatMap { leaves($0, path + [$0["commandName"]?.string ?? ""]) }
        }
        let tree = try await Workbench().succeed("--experimental-dump-help").json
        return leaves(tree["command"] ?? .null, []).filter { $0 != ["help"] }
    }

    private static func folders(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter {
            !$0.contains(".") && $0 != "script" && $0 != "transcript"
        }
        .sorted()
    }

    /// The first line that differs, with what stands before it.
    private static func difference(_ recorded: String, _ transcript: String) -> String {
        let (old, new) = (
            recorded.split(separator: "\n", omittingEmptySubsequences: false),
            transcript.split(separator: "\n", omittingEmptySubsequences: false)
        )
        let place = zip(old, new).prefix { $0 == $1 }.count
        let request = new.prefix(place + 1).last { ["> ", "$ ", "< "].contains(where: $0.hasPrefix) } ?? ""
        func part(_ lines: [Substring]) -> String { lines.dropFirst(place).prefix(6).joined(separator: "\n") }
        return "line \(place + 1), in `\(request)`\n--- recorded\n\(part(old))\n--- now\n\(part(new))"
    }
}
