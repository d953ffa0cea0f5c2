import Values

/// Which workspaces there may be: the rule of a manifest's `workspace`, for every other place where one is named.
package enum WorkspaceName {
    /// What is wrong with the name, with the remedy; nil for one that is fine.
    package static func problem(_ name: String) -> String? { StableName.problem(name) }

    /// Why no object can be made in a workspace that nothing has been declared or made in, with the nearest that has.
    package static func unusedProblem(_ name: String, among used: some Sequence<String>) -> String {
        let remedy = Nearest.remedy(
            for: name, among: used, otherwise: "a workspace begins with its first manifest, or with a token of its own")
        return "names no workspace of this state (\(quoted(name))): \(remedy)"
    }
}
