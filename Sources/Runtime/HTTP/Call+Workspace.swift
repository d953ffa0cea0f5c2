import Spec
package import Store

extension Call {
    /// Whether an object of that workspace exists for this call: in the caller's reach, and in the workspace that `?workspaceId=`
    /// narrows a token for all to.
    package func reaches(_ workspace: String) -> Bool {
        guard principal?.reaches(workspace) == true else { return false }
        return workspaceFilter.map { $0.isExactly(workspace) } ?? true
    }

    /// Refuses to make the first object of a workspace for a caller who only named it: a slip of the pen would begin a tenant.
    ///
    /// A token that is bound to a workspace may begin it, for its issuer vouches for the name; so may a manifest.
    package func admitObject(in workspace: String, _ statements: some Statements) throws {
        guard case .all? = principal?.workspace, try !statements.isUsed(workspace: workspace) else { return }
        let problem = WorkspaceName.unusedProblem(workspace, among: try statements.workspaces())
        throw APIError.invalid("workspaceId", problem)
    }
}
