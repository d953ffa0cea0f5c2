import Spec
package import Store
import Values

extension Call {
    /// Whether an object of that workspace exists for this call: in the caller's reach, and in the workspace that `?workspaceId=`
    /// narrows a token for all to.
    package func reaches(_ workspace: String) -> Bool {
        guard principal?.reaches(workspace) == true else { return false }
        return workspaceFilter.map { $0.isExactly(workspace) } ?? true
    }

    /// Refuses to make the first object of a workspace for a caller who only named it: a misspelt name would begin a tenant.
    ///
    /// A token that is bound to a workspace may begin it, for its issuer vouches for the name; so may a manifest.
    package func admitObject(in workspace: String, _ statements: some Statements) throws {
        guard choosesWorkspace, try !statements.isUsed(workspace: workspace) else { return }
        let problem = WorkspaceName.unusedProblem(workspace, among: try statements.workspaces())
        throw APIError.invalid("workspaceId", problem)
    }

    /// The same in a reading of its own, where one is needed.
    package func admitObject(in workspace: String, _ store: Store) async throws {
        guard choosesWorkspace else { return }
        try await store.read { try admitObject(in: workspace, $0) }
    }

    /// Whether the caller is bound to no workspace, and so names one.
    private var choosesWorkspace: Bool { principal?.workspace == .all }
}
