package import ArgumentParser
import Reconciler
import Spec
import Store

/// `reconcile export`: the state as manifests.
package struct ExportCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the state as manifests, secrets as references.",
        discussion: """
            A plan of the export is empty. What was made through the API is left out but for --all; a secret that only the \
            state has becomes a reference to a variable, with a comment that says so.
            """)

    @OptionGroup package var state: LocalStateOptions

    @Option(help: ArgumentHelp("Only this workspace.", valueName: "name"))
    package var workspace: String?

    @Option(help: ArgumentHelp("Only this owner's resources.", valueName: "name"))
    package var owner: String?

    @Flag(name: .customLong("all"), help: "Also what was made through the API.")
    package var includesAPI = false

    package init() {}

    package func run(in world: World) async throws {
        let store = try state.openWithoutKey(in: world)
        let (workspace, owner, includesAPI) = (workspace, owner, includesAPI)
        let resources = try await store.read { reading in
            let workspaces = try workspace.map { [$0] } ?? reading.workspaces()
            return try workspaces.flatMap { try reading.declarations(in: $0, includesAPI: includesAPI) }
                .filter { owner == nil || $0.owner == owner }
        }
        guard !resources.isEmpty else {
            throw CommandError(
                .failure, "there is nothing to export: no manifest was applied here\(includesAPI ? "" : "; --all adds what the API made")")
        }
        world.output.write(ManifestWriter.yaml(for: resources))
    }
}
