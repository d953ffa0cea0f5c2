package import ArgumentParser
package import Store

/// Which tenant a command on runtime objects is about.
package struct WorkspaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The workspace; not needed where the state has only one.", valueName: "name"))
    package var workspace: String?

    package init() {}

    /// The named workspace, or the only one of the state.
    package func resolve(in store: Store) async throws -> String {
        if let workspace { return workspace }
        let all = try await store.read { try $0.workspaces() }
        switch all.count {
        case 1: return all[0]
        case 0: throw CommandError(.failure, "the state has no workspace yet; apply a manifest first, or name one with --workspace")
        default: throw CommandError(.usage, "the state has several workspaces: name one with --workspace (\(all.joined(separator: ", ")))")
        }
    }
}
