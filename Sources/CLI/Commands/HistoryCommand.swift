package import ArgumentParser
import IntegrationRuntime
import Reconciler
import Store
import Values

/// `reconcile history`: every apply, the newest first.
package struct HistoryCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List every apply: when, who, from which commit, what.")

    @Argument(help: ArgumentHelp("One revision, with everything that it changed.", valueName: "revision"))
    package var revision: Int?

    @OptionGroup package var state: LocalStateOptions

    @Option(help: ArgumentHelp("Only revisions that touched this workspace.", valueName: "name"))
    package var workspace: String?

    @Option(help: ArgumentHelp("How many at most.", valueName: "count"))
    package var limit = 50

    @Option(help: ArgumentHelp("Go on behind this revision: the nextCursor of the page before.", valueName: "revision"))
    package var cursor: Int?

    @Option(help: "How to write it: text or json.")
    package var format: DataFormat = .text

    package init() {}

    package func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1") }
    }

    package func run(in world: World) async throws {
        let store = try state.openWithoutKey(in: world)
        let (revision, workspace, limit, cursor) = (revision, workspace, limit, cursor)
        let found = try await store.read { reading in
            if let revision { return try reading.historyEntry(revision).map { [$0] } ?? [] }
            return try reading.history(workspace: workspace, before: cursor, limit: limit < .max ? limit + 1 : limit)
        }
        let entries = Array(found.prefix(limit))
        if let revision, entries.isEmpty { throw CommandError.noRevision(revision) }
        switch format {
        case .json:
            let next = found.count > limit ? entries.last.map { String($0.revision.number) } : nil
            world.output.line(Listing(items: entries.map(\.json), nextCursor: next).json.text)
        case .text: write(entries, in: world)
        }
    }

    private func write(_ entries: [HistoryEntry], in world: World) {
        if revision != nil, let entry = entries.first {
            world.output.write(entry.text)
        } else if entries.isEmpty {
            world.output.line("No apply yet.")
        } else {
            let rows = entries.map { entry in
                [
                    String(entry.revision.number), entry.revision.at.description, entry.revision.actor,
                    entry.revision.commit.map { $0.prefix(12) + (entry.revision.isDirty ? "+" : "") } ?? "-", entry.summary,
                ]
            }
            world.output.write(TextTable(["REVISION", "AT", "ACTOR", "COMMIT", ""], rows).text)
        }
    }
}

extension CommandError {
    static func noRevision(_ number: Int) -> CommandError {
        CommandError(.failure, "there is no revision \(number); see `reconcile history`")
    }
}
