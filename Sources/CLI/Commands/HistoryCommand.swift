package import ArgumentParser
import Reconciler
import Spec
import Store

/// `reconcile history`: every apply, the newest first.
package struct HistoryCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List every apply: when, who, from which commit, what.")

    @Argument(help: ArgumentHelp("One revision, with everything that it changed.", valueName: "revision"))
    package var revision: Int?

    @OptionGroup package var state: StateOptions

    @Option(help: ArgumentHelp("Only revisions that touched this workspace.", valueName: "name"))
    package var workspace: String?

    @Option(help: ArgumentHelp("How many at most.", valueName: "count"))
    package var limit = 50

    @Option(help: "How to write it: text or json.")
    package var format: DataFormat = .text

    package init() {}

    package func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1") }
    }

    package func run(in world: World) async throws {
        let store = try state.openWithoutKey(in: world)
        let (revision, workspace, limit) = (revision, workspace, limit)
        let entries = try await store.read { reading in
            if let revision { return try reading.historyEntry(revision).map { [$0] } ?? [] }
            return try reading.history(workspace: workspace, limit: limit)
        }
        if let revision, entries.isEmpty { throw CommandError(.failure, "there is no revision \(revision); see `reconcile history`") }
        switch format {
        case .json: world.output.line(JSON.object(JSONObject([("data", .array(entries.map(\.json)))])).text)
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
