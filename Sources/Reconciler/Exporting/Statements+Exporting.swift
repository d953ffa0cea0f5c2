package import Spec
package import Store

extension Statements {
    /// The resources of a workspace as manifests would declare them, in order.
    ///
    /// A signing secret that only the state has is left to it: without `secret` a webhook keeps the one it has, so that a
    /// plan of the export is empty. Other secrets that came over HTTP keep the source `stored`, which the writer turns into
    /// a reference; it plans as unchanged once the variable holds the same value.
    package func declarations(in workspace: String, includesAPI: Bool) throws -> [Resource] {
        try resources(in: workspace).filter { includesAPI || $0.origin == .manifest }.sorted { $0.address < $1.address }.map { record in
            guard var spec = ResourceSpec(kind: record.address.kind, text: record.specText) else {
                throw ReconcileError(
                    code: .unreadableState,
                    message: "the state's \(record.address) was not written by this version of the program; upgrade it")
            }
            if case .webhook(var webhook) = spec, webhook.secret == .stored {
                webhook.secret = nil
                spec = .webhook(webhook)
            }
            return Resource(
                address: record.address, owner: record.owner,
                source: record.source ?? SourceLocation(file: "", line: 0, column: 0), preventDestroy: record.preventDestroy, spec: spec)
        }
    }
}
